import { forEachBounded, formatBytes } from '@oke-pipeline/core'
import type { Descriptor } from './descriptor.ts'
import { shortDigest } from './digest.ts'
import type { Digest } from './digest.ts'
import type { LayoutEntry } from './layout/read-tree.ts'
import type { VerifiedBlobs } from './layout/verified-blobs.ts'
import { verifiedChunks, verifyBlob } from './layout/verify-blob.ts'
import type { Layout } from './layout.ts'
import { isIndexType } from './media-types.ts'
import type { RegistryPorts } from './registry/ports.ts'
import type { Repository } from './registry/repository.ts'
import { turnsFor } from './turns.ts'
import type { TakeTurn } from './turns.ts'

/** What became of one blob or manifest. */
export interface CopiedEntry {
  readonly descriptor: Descriptor
  /** Mounted: the registry took it over from another repository of its own. */
  readonly outcome: 'pushed' | 'existed' | 'mounted'
}

const smallBytes = 1024 * 1024

/**
 * With small blobs the time goes into waiting for answers. Of large ones few are sent at a time,
 * but the next one does not wait until the registry has the last one on its disk.
 */
const sizes = [
  { atATime: 32, sentAtATime: 32, includes: (bytes: number) => bytes <= smallBytes },
  { atATime: 8, sentAtATime: 3, includes: (bytes: number) => bytes > smallBytes },
] as const

/** To send so few bytes takes no longer than to ask whether they are there. */
const unaskedBytes = 64 * 1024
/** Fewer blobs than are sent at a time wait for one answer only: that about the repository. */
const leastUnasked = 32

/** From where to where things are copied. */
export interface Copy {
  readonly layout: Layout
  readonly repository: Repository
  readonly ports: RegistryPorts
  readonly verified: VerifiedBlobs
  /** Whether none of the tags was there: then the repository may be new. */
  readonly isUntagged: boolean
}

/**
 * Copies what is not there yet: blobs side by side, then manifests in their order, since registries
 * take a manifest only when all that it refers to is there. Every blob is compared with its digest,
 * as it is sent or because it is there.
 */
export async function copyEntries(
  copy: Copy,
  entries: readonly LayoutEntry[],
): Promise<readonly CopiedEntry[]> {
  const outcomes = new Map<Digest, CopiedEntry['outcome']>()
  const { signal } = copy.ports
  await forEachBounded(
    sizes,
    { limit: sizes.length, signal },
    async ({ atATime, sentAtATime, includes }, stop) => {
      const takeTurn = turnsFor(sentAtATime)
      const blobs = blobsOf(entries).filter(({ size }) => includes(size))
      const isAsked = await questionsFor(copy, blobs)
      await forEachBounded(blobs, { limit: atATime, signal: stop }, async (blob, signal) => {
        const outcome = await copyBlob(copy, blob, { isAsked: isAsked(blob), takeTurn, signal })
        outcomes.set(blob.digest, outcome)
      })
    },
  )
  for (const manifests of generationsOf(entries)) {
    await forEachBounded(manifests, { limit: manifestsAtATime, signal }, async (manifest) => {
      outcomes.set(manifest.descriptor.digest, await copyManifest(copy, manifest))
    })
  }
  return entries.map(({ descriptor }) => ({
    descriptor,
    outcome: outcomes.get(descriptor.digest) ?? 'existed',
  }))
}

/** The largest first: the last ones are done sooner. */
function blobsOf(entries: readonly LayoutEntry[]): readonly Descriptor[] {
  const blobs = entries.filter(({ kind }) => kind === 'blob')
  return blobs.map(({ descriptor }) => descriptor).sort((one, other) => other.size - one.size)
}

/** Which blobs the registry is asked about before they are sent. */
async function questionsFor(
  { repository, isUntagged }: Copy,
  blobs: readonly Descriptor[],
): Promise<(blob: Descriptor) => boolean> {
  const isTiny = ({ size }: Descriptor): boolean => size <= unaskedBytes
  if (!isUntagged || blobs.filter(isTiny).length < leastUnasked) return () => true
  return (await repository.isKnown()) ? () => true : (blob) => !isTiny(blob)
}

const manifestsAtATime = 8

type ManifestEntry = Extract<LayoutEntry, { kind: 'manifest' }>

/** Images, which refer to blobs only, and then each index after what it refers to. */
function generationsOf(entries: readonly LayoutEntry[]): readonly (readonly ManifestEntry[])[] {
  const manifests = entries.filter((entry) => entry.kind === 'manifest')
  const images = manifests.filter(({ descriptor }) => !isIndexType(descriptor.mediaType))
  const indexes = manifests.filter(({ descriptor }) => isIndexType(descriptor.mediaType))
  return [images, ...indexes.map((index) => [index])]
}

interface Sending {
  readonly takeTurn: TakeTurn
  readonly signal: AbortSignal
}

async function copyBlob(
  copy: Copy,
  blob: Descriptor,
  { isAsked, ...sending }: Sending & { readonly isAsked: boolean },
): Promise<CopiedEntry['outcome']> {
  const isThere = isAsked && (await copy.repository.hasBlob(blob))
  const outcome = isThere ? 'existed' : await sendBlob(copy, blob, sending)
  if (outcome !== 'pushed') await assureVerified(copy, blob, sending.signal)
  const label = `${shortDigest(blob.digest)} (${formatBytes(blob.size)})`
  copy.ports.log.info(`Blob ${label} ${words[outcome]}`)
  return outcome
}

const words: Readonly<Record<CopiedEntry['outcome'], string>> = {
  pushed: 'pushed',
  existed: 'is there',
  mounted: 'taken over from another repository',
}

/** What the registry has need not be sent, but what is here must still be what was built. */
async function assureVerified(
  { layout, verified }: Copy,
  { digest, ...blob }: Descriptor,
  signal: AbortSignal,
): Promise<void> {
  const path = layout.blobPath(digest)
  if (verified.knows(digest, path)) return
  await verified.during(digest, path, async () => {
    await verifyBlob(layout.path, { digest, ...blob }, signal)
    return true
  })
}

async function sendBlob(
  { layout, repository, verified }: Copy,
  blob: Descriptor,
  { takeTurn, signal }: Sending,
): Promise<CopiedEntry['outcome']> {
  // Nothing is asked for of a blob without bytes, so that nothing would be compared.
  if (blob.size === 0) await verifyBlob(layout.path, blob, signal)
  const open = (from: number): AsyncIterable<Uint8Array> =>
    verifiedChunks(layout.path, blob, { from, signal })
  let outcome: CopiedEntry['outcome'] = 'existed'
  await verified.during(blob.digest, layout.blobPath(blob.digest), async () => {
    outcome = await repository.putBlob(blob, { open, signal, takeTurn })
    return outcome === 'pushed'
  })
  return outcome
}

async function copyManifest(
  { repository }: Copy,
  { descriptor, bytes }: ManifestEntry,
): Promise<CopiedEntry['outcome']> {
  const { digest, mediaType } = descriptor
  if ((await repository.headManifest(digest)) !== undefined) return 'existed'
  await repository.putManifest(digest, { mediaType, bytes })
  return 'pushed'
}
