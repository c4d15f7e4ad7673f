import { ServiceError, dropBody, messageOf, readBounded, retry } from '@oke-pipeline/core'
import type { HttpResponse } from '@oke-pipeline/core'
import * as v from 'valibot'
import { descriptorSchema } from '../descriptor.ts'
import type { Descriptor } from '../descriptor.ts'
import type { Digest } from '../digest.ts'
import { parseDocument } from '../json-document.ts'
import { largestManifestBytes } from '../manifest.ts'
import { isIndexType } from '../media-types.ts'
import { sendAuthorized } from './send.ts'
import type { Connection } from './send.ts'

const schema = v.object({ manifests: v.nullish(v.array(descriptorSchema), []) })

/** How registries say that they do not know the request; the specification has 404 for it. */
const unknownRequest = [400, 404, 405, 501]

const mostPages = 100

/**
 * What refers to a manifest (OCI distribution specification v1.1, "Listing Referrers"); absent when
 * the registry has no API for that.
 */
export async function listReferrers(
  connection: Connection,
  subject: Digest,
): Promise<readonly Descriptor[] | undefined> {
  const { repository } = connection.attempt
  let url: URL | undefined = new URL(`/v2/${repository}/referrers/${subject}`, connection.origin)
  const found: Descriptor[] = []
  for (let page = 0; url !== undefined && page < mostPages; page += 1) {
    const read: Page | undefined = await readPage(connection, url, subject)
    if (read === undefined) return undefined
    found.push(...read.manifests)
    url = read.next
  }
  return found
}

interface Page {
  readonly manifests: readonly Descriptor[]
  readonly next: URL | undefined
}

async function readPage(
  connection: Connection,
  url: URL,
  subject: Digest,
): Promise<Page | undefined> {
  return retry(async () => {
    const response = await sendAuthorized(connection, {
      method: 'GET',
      url,
      doing: `Listing what refers to ${subject}`,
      accepted: [200, ...unknownRequest],
      headers: { accept: 'application/vnd.oci.image.index.v1+json' },
    })
    const type = response.headers.get('content-type')?.split(';')[0]?.trim() ?? ''
    if (response.status === 200 && isIndexType(type)) {
      return { manifests: await manifestsIn(connection, response), next: nextOf(response, url) }
    }
    await dropBody(response)
    return undefined
  }, connection.ports)
}

async function manifestsIn(
  { attempt, ports }: Connection,
  response: HttpResponse,
): Promise<readonly Descriptor[]> {
  try {
    return parseDocument(schema, await readBounded(response, largestManifestBytes)).manifests
  } catch (error) {
    ports.signal.throwIfAborted()
    throw new ServiceError({
      service: `registry ${attempt.registry}`,
      title: `Registry "${attempt.registry}" gave no usable list of referrers`,
      explanation: `Its answer cannot be read: ${messageOf(error)}.`,
      remedy: 'Run this job again; if it stays, look at the status of the registry.',
      isRetryable: true,
      cause: error,
    })
  }
}

/** RFC 8288; a page elsewhere is not followed, since the credentials are for this registry. */
function nextOf(response: HttpResponse, url: URL): URL | undefined {
  const link = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1]
  const next = link === undefined ? null : URL.parse(link, url.href)
  return next?.origin === url.origin ? next : undefined
}
