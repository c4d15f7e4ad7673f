import type { RecordedReferences } from '@oke-pipeline/kubernetes'
import type { ContainerImage, ContainerImageTag } from '@oke-pipeline/oci'
import { keptDigests } from './kept-digests.ts'
import type { ReadableRepository } from './kept-digests.ts'

/** How long images stay that no release needs. */
export interface RetentionRules {
  readonly untaggedAfterSeconds: number
  /** Of images with tags, counted from the last tag; without it they all stay. */
  readonly taggedAfterSeconds: number | undefined
  /** How many of the newest images with tags stay, however old they are. */
  readonly newestKept: number
}

/** An image that nothing needs any more, with all of its tags. */
export interface ImageToDelete extends ContainerImage {
  readonly tags: readonly string[]
}

/** What is to be deleted of a repository, and how much stays. */
export interface RetentionPlan {
  readonly toDelete: readonly ImageToDelete[]
  readonly keptCount: number
  /** How many of the kept ones release records refer to. */
  readonly referencedCount: number
}

/** What a plan is made from. */
export interface RetentionWorld {
  readonly references: RecordedReferences
  readonly now: Date
  readonly repository: ReadableRepository
  /** All tags of an image, where the list of images names the last one only. */
  tagsOf(image: ContainerImage): Promise<readonly ContainerImageTag[]>
}

/**
 * Finds the images of a repository that may go: those that are old enough by the rules, unless a
 * release record refers to them, or they belong to what stays: as an image of an index, or as
 * something that is kept with an image.
 * @throws ServiceError where anything cannot be read: then nothing is known of anything.
 */
export async function planRetention(
  images: readonly ContainerImage[],
  rules: RetentionRules,
  world: RetentionWorld,
): Promise<RetentionPlan> {
  const expired = new Map<string, ImageToDelete>()
  for (const image of expiredOf(images, rules, world.now)) {
    const tags = image.latestTag === undefined ? [] : await world.tagsOf(image)
    if (mayExpire(image, tags, { rules, world })) {
      expired.set(image.digest, { ...image, tags: tags.map(({ name }) => name) })
    }
  }
  const kept = await keptOf(images, expired, world)
  const toDelete = images.flatMap((image) => {
    if (kept.has(image.digest)) return []
    const { latestTag } = image
    const tags = latestTag === undefined ? [] : [latestTag]
    return [expired.get(image.digest) ?? { ...image, tags }]
  })
  const { digests } = world.references
  return {
    toDelete: toDelete.toSorted(imagesFirst),
    keptCount: images.length - toDelete.length,
    referencedCount: images.filter(({ digest }) => digests.has(digest)).length,
  }
}

function keptOf(
  images: readonly ContainerImage[],
  expired: ReadonlyMap<string, ImageToDelete>,
  { repository, references }: RetentionWorld,
): Promise<ReadonlySet<string>> {
  const lists = Map.groupBy(
    images.filter((image) => subjectOf(image) !== undefined),
    (image) => subjectOf(image) ?? '',
  )
  const roots = images.filter(
    (image) =>
      references.digests.has(image.digest) ||
      (subjectOf(image) === undefined && !expired.has(image.digest)),
  )
  return keptDigests(
    roots.map(({ digest }) => digest),
    repository,
    (subject) => (lists.get(subject) ?? []).map(({ digest }) => digest),
  )
}

/** Those that are old enough to be looked at; what lists referrers goes with what it is about. */
function expiredOf(
  images: readonly ContainerImage[],
  { untaggedAfterSeconds, taggedAfterSeconds, newestKept }: RetentionRules,
  now: Date,
): readonly ContainerImage[] {
  const own = images.filter((image) => subjectOf(image) === undefined)
  const tagged = own
    .filter(({ latestTag }) => latestTag !== undefined)
    .toSorted((one, other) => +other.createdAt - +one.createdAt)
  const untagged = own.filter(({ latestTag }) => latestTag === undefined)
  return [
    ...untagged.filter(({ createdAt }) => isOlder(createdAt, untaggedAfterSeconds, now)),
    ...tagged
      .slice(newestKept)
      .filter(({ createdAt }) => isOlder(createdAt, taggedAfterSeconds, now)),
  ]
}

/** An old image may have been given a tag lately, and a manifest may name it by a tag. */
function mayExpire(
  image: ContainerImage,
  tags: readonly ContainerImageTag[],
  { rules, world }: { readonly rules: RetentionRules; readonly world: RetentionWorld },
): boolean {
  const { names, digests } = world.references
  const { repository } = world.repository.reference
  const named = new Set([...names].map((name) => name.slice(name.indexOf('/') + 1)))
  return (
    !digests.has(image.digest) &&
    tags.every(
      ({ name, givenAt }) =>
        isOlder(givenAt, rules.taggedAfterSeconds, world.now) &&
        !named.has(`${repository}:${name}`),
    )
  )
}

function isOlder(time: Date, seconds: number | undefined, now: Date): boolean {
  return seconds !== undefined && now.getTime() - time.getTime() >= seconds * 1000
}

/** The image that a tag such as `sha256-<hex>` (OCI) or `sha256-<hex>.sig` (cosign) is about. */
function subjectOf({ latestTag = '' }: ContainerImage): string | undefined {
  const hex = /^sha256-([0-9a-f]{64})(?:\.[a-z]+)?$/.exec(latestTag)?.[1]
  return hex === undefined ? undefined : `sha256:${hex}`
}

/** So that an interruption leaves signatures without an image, and not an image without them. */
function imagesFirst(one: ImageToDelete, other: ImageToDelete): number {
  return Number(subjectOf(one) !== undefined) - Number(subjectOf(other) !== undefined)
}
