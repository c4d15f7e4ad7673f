import { ServiceError } from '@oke-pipeline/core'
import * as v from 'valibot'
import { descriptorSchema } from './descriptor.ts'
import type { Descriptor } from './descriptor.ts'
import { hexOf } from './digest.ts'
import type { Digest } from './digest.ts'
import { MalformedDocument, parseDocument } from './json-document.ts'
import { isIndexType } from './media-types.ts'
import { repositoryName } from './reference.ts'
import { refusesToMoveTags } from './registry/problems.ts'
import type { Repository, StoredManifest } from './registry/repository.ts'

/** What is kept of other entries and other fields, whoever wrote them. */
const recordSchema = v.record(v.string(), v.unknown())
const listSchema = v.object({ manifests: v.nullish(v.array(recordSchema), []) })

const indexType = 'application/vnd.oci.image.index.v1+json'

/** The tag under which a registry without a referrers API lists what refers to a manifest. */
export function referrersTag(subject: Digest): string {
  return `sha256-${hexOf(subject)}`
}

const descriptorsSchema = v.object({ manifests: v.nullish(v.array(descriptorSchema), []) })

/** What the list under the tag of a manifest names; nothing where there is no list. */
export async function listedUnderTag(
  repository: Pick<Repository, 'reference' | 'getManifest'>,
  subject: Digest,
): Promise<readonly Descriptor[]> {
  const tag = referrersTag(subject)
  const stored = await repository.getManifest(tag)
  return stored === undefined ? [] : parsedList(repository, { ...stored, tag }, descriptorsSchema)
}

const attempts = 3

/**
 * Adds to the list of what refers to a manifest, which is kept under a tag (OCI distribution
 * specification v1.1, "Referrers Tag Schema"). Entries of others stay. It is read back, since two
 * that write at the same time overwrite each other. Returns those that cannot be listed, because
 * there is a list and the repository's tags are immutable.
 * @throws ServiceError when the entries are not there after all, or the tag is something else.
 */
export async function listUnderTag(
  repository: Repository,
  subject: Digest,
  referrers: readonly Descriptor[],
): Promise<readonly Descriptor[]> {
  const tag = referrersTag(subject)
  for (let attempt = 0; attempt <= attempts; attempt += 1) {
    const stored = await repository.getManifest(tag)
    const entries = stored === undefined ? [] : entriesIn(repository, tag, stored)
    const listed = new Set(entries.map(({ digest }) => digest))
    const missing = referrers.filter(({ digest }) => !listed.has(digest))
    if (missing.length === 0) return []
    if (attempt === attempts) break
    const bytes = indexOf(stored, [...entries, ...missing])
    try {
      await repository.putManifest(tag, { mediaType: indexType, bytes })
    } catch (error) {
      // Nobody can add to that list any more; a first one that is refused is another matter.
      if (stored !== undefined && refusesToMoveTags(error)) return missing
      throw error
    }
  }
  throw notListed(repository, tag)
}

function indexOf(stored: StoredManifest | undefined, manifests: readonly object[]): Uint8Array {
  const old = stored === undefined ? {} : parseDocument(recordSchema, stored.bytes)
  const index = { schemaVersion: 2, mediaType: indexType, ...old, manifests }
  return Buffer.from(JSON.stringify(index))
}

function entriesIn(
  repository: Repository,
  tag: string,
  stored: StoredManifest,
): readonly Readonly<Record<string, unknown>>[] {
  return parsedList(repository, { ...stored, tag }, listSchema)
}

function parsedList<Entry>(
  repository: Pick<Repository, 'reference'>,
  { mediaType, bytes, tag }: StoredManifest & { readonly tag: string },
  schema: v.GenericSchema<unknown, { readonly manifests: readonly Entry[] }>,
): readonly Entry[] {
  if (!isIndexType(mediaType)) throw notAList(repository, tag, `is a ${mediaType}`)
  try {
    return parseDocument(schema, bytes).manifests
  } catch (error) {
    if (!(error instanceof MalformedDocument)) throw error
    throw notAList(repository, tag, `is malformed: ${error.message}`, error)
  }
}

function notAList(
  { reference }: Pick<Repository, 'reference'>,
  tag: string,
  why: string,
  cause?: unknown,
): ServiceError {
  return new ServiceError({
    service: `registry ${reference.registry}`,
    title: `Tag "${tag}" of ${repositoryName(reference)} is no list of referrers`,
    explanation: `Registries without a referrers API keep the list under that tag, but what is there ${why}.`,
    remedy: 'Remove that tag, or find out what uses it.',
    cause,
  })
}

function notListed({ reference }: Repository, tag: string): ServiceError {
  return new ServiceError({
    service: `registry ${reference.registry}`,
    title: `Registry "${reference.registry}" does not list what was pushed with the image`,
    explanation: `The list under "${tag}" of ${repositoryName(reference)} lacks it, also after ${attempts} attempts.`,
    remedy:
      'Check whether other jobs push statements about the same image at the same time, and run this job again.',
    isRetryable: true,
  })
}
