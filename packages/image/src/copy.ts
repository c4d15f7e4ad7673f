import { ConfigurationError, ServiceError } from '@oke-pipeline/core'
import { copyEntries } from './copy-entries.ts'
import type { CopiedEntry } from './copy-entries.ts'
import { copyReferrers } from './copy-referrers.ts'
import type { CopiedReferrer } from './copy-referrers.ts'
import { formatPlatform } from './descriptor.ts'
import type { Digest } from './digest.ts'
import { openReferrers } from './layout/open-referrers.ts'
import { noVerifiedBlobs } from './layout/verified-blobs.ts'
import type { VerifiedBlobs } from './layout/verified-blobs.ts'
import type { Layout } from './layout.ts'
import { repositoryName } from './reference.ts'
import type { ImageReference } from './reference.ts'
import type { Credentials, RegistryPorts } from './registry/ports.ts'
import { refusesToMoveTags } from './registry/problems.ts'
import { openRepository } from './registry/repository.ts'
import type { Repository, StoredManifest } from './registry/repository.ts'

/** A tag to be given to an image. */
export interface TargetTag {
  readonly name: string
  /** Whether the tag may be taken from another image, as with `latest`. */
  readonly mayMove: boolean
}

/** Where an image is copied to. */
export interface CopyTarget {
  /** Registry and repository. */
  readonly reference: ImageReference
  readonly credentials?: Credentials | undefined
  readonly tags: readonly TargetTag[]
  /** Login services that the registry may name though they are private addresses. */
  readonly loginHosts?: readonly string[] | undefined
  /** Other repositories of the registry, whose blobs may be taken over. */
  readonly mountFrom?: readonly string[] | undefined
  /** Larger blobs are sent in pieces of this size; 48 MiB by default. */
  readonly pieceBytes?: number | undefined
  /** What was verified before in this job; by default, nothing. */
  readonly verified?: VerifiedBlobs | undefined
}

/** The image of one platform. */
export interface PlatformDigest {
  /** `linux/amd64`. */
  readonly platform: string
  readonly digest: Digest
}

/** What a copy did, after the registry was seen to hold the image. */
export interface CopyResult {
  readonly digest: Digest
  /** Blobs and manifests, in the order of the layout. */
  readonly entries: readonly CopiedEntry[]
  /** What is kept with the image in the layout, such as statements about it. */
  readonly referrers: readonly CopiedReferrer[]
  /** Bytes of blobs and manifests that were sent, those of referrers included. */
  readonly pushedBytes: number
  /** Bytes that were in the repository already. */
  readonly skippedBytes: number
  /** Bytes that the registry took over from another repository of its own. */
  readonly mountedBytes: number
  /** The images in it, one a platform. */
  readonly platforms: readonly PlatformDigest[]
  readonly tags: readonly { readonly name: string; readonly outcome: TagOutcome }[]
  /** Nothing was sent: image and tags were there. */
  readonly alreadyExisted: boolean
}

/** What became of a tag. */
export type TagOutcome = 'created' | 'moved' | 'existed'

/**
 * Copies an image from a layout to a registry, byte for byte, with what is kept with it, and reads
 * back that every tag is the image. Running it again sends nothing. Every byte is compared with its
 * digest on the way: of a layout that was changed no manifest and no tag is pushed.
 * @throws ConfigurationError, before anything is sent, when a tag that may not move is another
 * image; GateError when the layout was changed; ServiceError when the registry refuses, cannot be
 * reached, or answers with another digest.
 */
export async function copyLayoutToRegistry(
  layout: Layout,
  target: CopyTarget,
  ports: RegistryPorts,
): Promise<CopyResult> {
  const begun = await beginCopy(layout, target, ports)
  const sent = await begun.sendContent()
  return sent.setTags()
}

/** A copy before anything is sent: the tags can be given. */
export interface BegunCopy {
  /** Sends what is not there yet. */
  sendContent(): Promise<SentCopy>
}

/** A copy whose content is in the registry. */
export interface SentCopy {
  /** Gives the tags, and reads back that every one of them is the image. */
  setTags(): Promise<CopyResult>
}

/**
 * Begins a copy as {@link copyLayoutToRegistry} does it, but for a caller that copies to several
 * places and goes step by step.
 * @throws ConfigurationError when a tag that may not move is another image.
 */
export async function beginCopy(
  layout: Layout,
  target: CopyTarget,
  ports: RegistryPorts,
): Promise<BegunCopy> {
  const { credentials, loginHosts, mountFrom, pieceBytes, verified = noVerifiedBlobs } = target
  const opening = { credentials, loginHosts, mountFrom, pieceBytes, access: 'push' } as const
  const repository = await openRepository(target.reference, opening, ports)
  const kept = await openReferrers(layout, ports.signal)
  const tags = await planTags(repository, layout.digest, target.tags)
  const isUntagged = tags.every(({ outcome }) => outcome === 'created')
  const copy = { layout, repository, ports, verified, isUntagged }
  return {
    async sendContent() {
      const entries = await copyEntries(copy, layout.walk())
      // Before the tags: whoever finds the image by a tag finds what is said of it as well.
      const referrers = await copyReferrers(copy, kept)
      await verified.save()
      return {
        async setTags() {
          const given = await setTags(repository, layout, tags)
          const result = resultOf(layout, { entries, referrers, tags: given })
          if (!result.alreadyExisted) await assertCopied(repository, layout.digest, target.tags)
          return result
        },
      }
    },
  }
}

function resultOf(
  layout: Layout,
  { entries, referrers, tags }: Pick<CopyResult, 'entries' | 'referrers' | 'tags'>,
): CopyResult {
  const all = [...entries, ...referrers.flatMap((referrer) => referrer.entries)]
  return {
    digest: layout.digest,
    entries,
    referrers,
    pushedBytes: bytesOf(all, 'pushed'),
    skippedBytes: bytesOf(all, 'existed'),
    mountedBytes: bytesOf(all, 'mounted'),
    platforms: layout.images.map(({ descriptor, config }) => ({
      platform: formatPlatform(config.platform),
      digest: descriptor.digest,
    })),
    tags,
    alreadyExisted: [...all, ...tags].every(({ outcome }) => outcome === 'existed'),
  }
}

function bytesOf(entries: readonly CopiedEntry[], wanted: CopiedEntry['outcome']): number {
  return entries
    .filter(({ outcome }) => outcome === wanted)
    .reduce((sum, { descriptor }) => sum + descriptor.size, 0)
}

interface PlannedTag {
  readonly name: string
  readonly outcome: TagOutcome
}

async function planTags(
  repository: Repository,
  digest: Digest,
  tags: readonly TargetTag[],
): Promise<readonly PlannedTag[]> {
  const current = await Promise.all(
    tags.map(async (tag) => ({ ...tag, holds: await repository.headManifest(tag.name) })),
  )
  const taken = current.filter(
    ({ holds, mayMove }) => holds !== undefined && holds !== digest && !mayMove,
  )
  if (taken.length > 0) throw tagsTaken(repository, digest, taken)
  return current.map(({ name, holds }) => ({ name, outcome: outcomeFor(holds, digest) }))
}

function outcomeFor(holds: Digest | undefined, digest: Digest): TagOutcome {
  if (holds === undefined) return 'created'
  return holds === digest ? 'existed' : 'moved'
}

interface TakenTag {
  readonly name: string
  readonly holds: Digest | undefined
}

function tagsTaken(
  repository: Repository,
  digest: Digest,
  taken: readonly TakenTag[],
): ConfigurationError {
  const name = repositoryName(repository.reference)
  return new ConfigurationError({
    title: `Tags of ${name} belong to another image`,
    explanation: `${holdings(taken)}; the image to push is ${digest}. Nothing has been pushed.`,
    remedy:
      'Push under a tag that is not used yet, or list a tag that is meant to move under "moving-tags".',
  })
}

function holdings(tags: readonly TakenTag[]): string {
  return tags.map(({ name, holds }) => `"${name}" is ${holds ?? 'no image'}`).join(', ')
}

/** All at once, so that whoever looks sees the old tags or the new ones for as short as can be. */
async function setTags(
  repository: Repository,
  layout: Layout,
  tags: readonly PlannedTag[],
): Promise<readonly PlannedTag[]> {
  const root = layout.walk().find(({ descriptor }) => descriptor.digest === layout.digest)
  if (root?.kind !== 'manifest') throw new Error(`Layout "${layout.path}" has no root manifest`)
  const { bytes, descriptor } = root
  const manifest = { mediaType: descriptor.mediaType, bytes, digest: descriptor.digest }
  const settled = await Promise.allSettled(tags.map((tag) => setTag(repository, tag, manifest)))
  const failed = settled.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

async function setTag(
  repository: Repository,
  tag: PlannedTag,
  manifest: StoredManifest,
): Promise<PlannedTag> {
  if (tag.outcome === 'existed') return tag
  try {
    await repository.putManifest(tag.name, manifest)
    return tag
  } catch (error) {
    if (!refusesToMoveTags(error)) throw error
    const holds = await repository.headManifest(tag.name)
    // Another run of the same commit was faster.
    if (holds === manifest.digest) return { ...tag, outcome: 'existed' }
    if (holds === undefined) throw error
    throw immovable(repository, manifest.digest, { name: tag.name, holds }, error)
  }
}

function immovable(
  { reference }: Repository,
  digest: Digest,
  tag: TakenTag,
  cause: unknown,
): ConfigurationError {
  return new ConfigurationError({
    title: `Repository "${repositoryName(reference)}" does not let tags be moved`,
    explanation: `${holdings([tag])}; the image to push is ${digest}, and is there without that tag.`,
    remedy: 'Push under a tag that is not used yet, or make the repository’s tags mutable.',
    cause,
  })
}

/** Success is what the registry answers afterwards, not that it took the requests. */
async function assertCopied(
  repository: Repository,
  digest: Digest,
  tags: readonly TargetTag[],
): Promise<void> {
  const names = [digest, ...tags.map(({ name }) => name)]
  await Promise.all(names.map((name) => assertHolds(repository, name, digest)))
}

async function assertHolds(repository: Repository, name: string, digest: Digest): Promise<void> {
  const [said, manifest] = await Promise.all([
    repository.headManifest(name),
    repository.getManifest(name),
  ])
  const read = manifest?.digest
  const wrong = [said, read].find((found) => found !== digest)
  if (said === digest && read === digest) return
  const { registry } = repository.reference
  throw new ServiceError({
    service: `registry ${registry}`,
    title: `Registry "${registry}" does not hold what was pushed`,
    explanation: `"${name}" of ${repositoryName(repository.reference)} should be ${digest}, but the registry answers ${wrong ?? 'that there is none'}.`,
    remedy:
      'Do not deploy this image: check whether another job pushes to the same tag, and what is between this runner and the registry.',
  })
}
