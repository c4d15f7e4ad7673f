import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  ConfigurationError,
  ServiceError,
  forEachBounded,
  messageOf,
  retry,
} from '@oke-pipeline/core'
import type { RetryPolicy } from '@oke-pipeline/core'
import type { Descriptor } from './descriptor.ts'
import { blobPath } from './layout/blob-path.ts'
import { replaceWhole, writeBlob } from './layout/write-whole.ts'
import { openLayout } from './layout.ts'
import type { Layout } from './layout.ts'
import { parseManifest } from './manifest.ts'
import { formatReference } from './reference.ts'
import type { PinnedReference } from './reference.ts'
import type { Credentials, RegistryPorts } from './registry/ports.ts'
import { openRepository } from './registry/repository.ts'
import type { Repository } from './registry/repository.ts'

/** Which image is pulled, as whom, and where to. */
export interface Pull {
  readonly reference: PinnedReference
  readonly credentials: Credentials | undefined
  /** The folder that becomes a layout. */
  readonly folder: string
}

const blobsReadAtATime = 4

/** Downloads may last: what counts is the number of attempts. */
const downloadPolicy: RetryPolicy = { attempts: 4, deadlineSeconds: 3600, firstDelaySeconds: 1 }

/**
 * Copies an image from a registry into a layout, byte for byte; every byte is compared with its
 * digest.
 * @throws ConfigurationError when there is no such image, ServiceError when the registry fails,
 * GateError when it gives other bytes.
 */
export async function copyRegistryToLayout(pull: Pull, ports: RegistryPorts): Promise<Layout> {
  const { reference, credentials, folder } = pull
  const repository = await openRepository(reference, { credentials, access: 'pull' }, ports)
  const root = await pullManifest(repository, reference, folder)
  const blobs = await pullManifests(repository, root, folder)
  const bounds = { limit: blobsReadAtATime, signal: ports.signal }
  await forEachBounded(blobs, bounds, (blob) => pullBlob(repository, blob, { folder, ports }))
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [root] }),
  )
  const layout = await openLayout(folder, { digest: reference.digest })
  await layout.verify(ports.signal)
  return layout
}

async function pullManifest(
  repository: Repository,
  reference: PinnedReference,
  folder: string,
): Promise<Descriptor> {
  const found = await repository.getManifest(reference.digest)
  if (found === undefined) {
    throw new ConfigurationError({
      title: `Image ${formatReference(reference)} does not exist`,
      explanation: `Registry "${reference.registry}" has no such digest.`,
      remedy: 'Check the name, and that the image was pushed.',
    })
  }
  await mkdir(folder, { recursive: true })
  return writeBlob(folder, found.mediaType, found.bytes)
}

/** Pulls the manifests below a root; returns all that is no manifest, each once. */
async function pullManifests(
  repository: Repository,
  root: Descriptor,
  folder: string,
): Promise<readonly Descriptor[]> {
  const blobs = new Map<string, Descriptor>()
  const queue = [root]
  for (const descriptor of queue) {
    const found = await repository.getManifest(descriptor.digest)
    // A registry may hold an index without the images of some platforms.
    if (found === undefined) throw incomplete(repository, descriptor)
    await writeBlob(folder, found.mediaType, found.bytes)
    const manifest = parseManifest(found.bytes, descriptor.mediaType)
    if (manifest.kind === 'index') queue.push(...manifest.manifests)
    else for (const blob of [manifest.config, ...manifest.layers]) blobs.set(blob.digest, blob)
  }
  return [...blobs.values()]
}

function incomplete(repository: Repository, { digest }: Descriptor): ServiceError {
  const { registry } = repository.reference
  return new ServiceError({
    service: `registry ${registry}`,
    title: `Registry "${registry}" does not hold the whole image`,
    explanation: `Its index lists ${digest}, and the registry has no such manifest.`,
    remedy: 'Push the image again, with all of its platforms.',
  })
}

async function pullBlob(
  repository: Repository,
  blob: Descriptor,
  { folder, ports }: { readonly folder: string; readonly ports: RegistryPorts },
): Promise<void> {
  await retry(
    () =>
      replaceWhole(blobPath(folder, blob.digest), async (unfinished) => {
        const { body } = await repository.getBlob(blob)
        try {
          await pipeline(body, createWriteStream(unfinished))
        } catch (error) {
          ports.signal.throwIfAborted()
          throw interrupted(repository, blob, error)
        }
      }),
    ports,
    downloadPolicy,
  )
}

function interrupted(repository: Repository, { digest }: Descriptor, cause: unknown): ServiceError {
  const { registry } = repository.reference
  return new ServiceError({
    service: `registry ${registry}`,
    title: `No whole answer from registry "${registry}"`,
    explanation: `Reading blob ${digest} ended early: ${messageOf(cause)}.`,
    isRetryable: true,
    cause,
  })
}
