import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { forEachBounded, formatBytes } from '@oke-pipeline/core'
import type { Descriptor } from './descriptor.ts'
import { shortDigest } from './digest.ts'
import type { Digest } from './digest.ts'
import type { LayoutEntry } from './layout/read-tree.ts'
import type { Layout } from './layout.ts'
import type { RegistryPorts } from './registry/ports.ts'
import type { Repository } from './registry/repository.ts'

/** What became of one blob or manifest. */
export interface CopiedEntry {
  readonly descriptor: Descriptor
  /** Mounted: the registry took it over from another repository of its own. */
  readonly outcome: 'pushed' | 'existed' | 'mounted'
}

const smallBytes = 1024 * 1024

/** With small blobs the time goes into waiting for answers, with large ones into sending. */
const sizes = [
  { atATime: 16, includes: (bytes: number) => bytes <= smallBytes },
  { atATime: 4, includes: (bytes: number) => bytes > smallBytes },
] as const

/** From where to where things are copied. */
export interface Copy {
  readonly layout: Layout
  readonly repository: Repository
  readonly ports: RegistryPorts
}

/**
 * Copies what is not there yet: blobs side by side, then manifests in their order, since registries
 * take a manifest only when all that it refers to is there.
 */
export async function copyEntries(
  copy: Copy,
  entries: readonly LayoutEntry[],
): Promise<readonly CopiedEntry[]> {
  const outcomes = new Map<Digest, CopiedEntry['outcome']>()
  const blobs = entries.filter(({ kind }) => kind === 'blob')
  const bounds = { limit: sizes.length, signal: copy.ports.signal }
  await forEachBounded(sizes, bounds, async ({ atATime, includes }, stop) => {
    const group = blobs.filter(({ descriptor }) => includes(descriptor.size))
    await forEachBounded(
      group,
      { limit: atATime, signal: stop },
      async ({ descriptor }, signal) => {
        outcomes.set(descriptor.digest, await copyBlob(copy, descriptor, signal))
      },
    )
  })
  for (const entry of entries) {
    if (entry.kind !== 'manifest') continue
    outcomes.set(entry.descriptor.digest, await copyManifest(copy, entry))
  }
  return entries.map(({ descriptor }) => ({
    descriptor,
    outcome: outcomes.get(descriptor.digest) ?? 'existed',
  }))
}

const chunkBytes = 512 * 1024

async function copyBlob(
  { layout, repository, ports }: Copy,
  blob: Descriptor,
  signal: AbortSignal,
): Promise<CopiedEntry['outcome']> {
  const label = `${shortDigest(blob.digest)} (${formatBytes(blob.size)})`
  if (await repository.hasBlob(blob)) {
    ports.log.info(`Blob ${label} is there`)
    return 'existed'
  }
  const path = layout.blobPath(blob.digest)
  await repository.putBlob(blob, { open: () => fileStream(path, signal), signal })
  ports.log.info(`Blob ${label} pushed`)
  return 'pushed'
}

function fileStream(path: string, signal: AbortSignal): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(path, { highWaterMark: chunkBytes, signal }))
}

async function copyManifest(
  { repository }: Copy,
  { descriptor, bytes }: Extract<LayoutEntry, { kind: 'manifest' }>,
): Promise<CopiedEntry['outcome']> {
  const { digest, mediaType } = descriptor
  if ((await repository.headManifest(digest)) !== undefined) return 'existed'
  await repository.putManifest(digest, { mediaType, bytes })
  return 'pushed'
}
