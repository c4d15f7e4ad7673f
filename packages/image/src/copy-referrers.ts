import { ServiceError } from '@oke-pipeline/core'
import { copyEntries } from './copy-entries.ts'
import type { CopiedEntry, Copy } from './copy-entries.ts'
import type { Descriptor } from './descriptor.ts'
import { shortDigest } from './digest.ts'
import type { Digest } from './digest.ts'
import type { Referrer } from './layout/open-referrers.ts'
import { repositoryName } from './reference.ts'
import { listUnderTag } from './referrers-tag.ts'
import type { Repository } from './registry/repository.ts'

/** What became of an artifact that is kept with an image. */
export interface CopiedReferrer {
  readonly descriptor: Descriptor
  readonly subject: Descriptor
  readonly outcome: CopiedEntry['outcome']
  /** Not, where the list is an immutable tag: then only who knows the digest finds it. */
  readonly isListed: boolean
  readonly entries: readonly CopiedEntry[]
}

/**
 * Copies what is kept with an image, and reads back that the registry lists it: by its API, or
 * under the tag that stands for one. The image has to be there.
 */
export async function copyReferrers(
  copy: Copy,
  referrers: readonly Referrer[],
): Promise<readonly CopiedReferrer[]> {
  const copied: Omit<CopiedReferrer, 'isListed'>[] = []
  for (const { descriptor, subject, entries } of referrers) {
    const done = await copyEntries(copy, entries)
    const outcome = done.at(-1)?.outcome ?? 'existed'
    copied.push({ descriptor, subject, outcome, entries: done })
  }
  const unlisted = new Set<Digest>()
  for (const subject of new Set(referrers.map((one) => one.subject.digest))) {
    const group = referrers.filter((one) => one.subject.digest === subject)
    for (const { digest } of await assureListed(copy, subject, group)) unlisted.add(digest)
  }
  return copied.map((one) => ({ ...one, isListed: !unlisted.has(one.descriptor.digest) }))
}

/** Returns those that cannot be listed. */
async function assureListed(
  { repository, ports }: Copy,
  subject: Digest,
  group: readonly Referrer[],
): Promise<readonly Descriptor[]> {
  const missing = await missingIn(repository, subject, group)
  if (missing !== undefined) {
    if (missing.length > 0) await pushAgain(repository, subject, missing)
    return []
  }
  const descriptors = group.map(({ descriptor }) => descriptor)
  const unlisted = await listUnderTag(repository, subject, descriptors)
  if (unlisted.length > 0) {
    ports.log.warning(
      `${unlisted.length} of ${group.length} referrers of ${shortDigest(subject)} are in the registry, but cannot be listed: the list is a tag, and the tags of this repository are immutable.`,
    )
  }
  return unlisted
}

async function missingIn(
  repository: Repository,
  subject: Digest,
  group: readonly Referrer[],
): Promise<readonly Referrer[] | undefined> {
  const listed = await repository.listReferrers(subject)
  const digests = new Set(listed?.map(({ digest }) => digest))
  return listed === undefined
    ? undefined
    : group.filter(({ descriptor }) => !digests.has(descriptor.digest))
}

/** A registry that got its API later has not seen the subjects of what was there before. */
async function pushAgain(
  repository: Repository,
  subject: Digest,
  missing: readonly Referrer[],
): Promise<void> {
  for (const { descriptor, entries } of missing) {
    const root = entries.at(-1)
    if (root?.kind !== 'manifest') continue
    const { mediaType } = descriptor
    await repository.putManifest(descriptor.digest, { mediaType, bytes: root.bytes })
  }
  const still = await missingIn(repository, subject, missing)
  if (still?.length === 0) return
  const { registry } = repository.reference
  throw new ServiceError({
    service: `registry ${registry}`,
    title: `Registry "${registry}" does not list what was pushed with the image`,
    explanation: `What refers to ${subject} of ${repositoryName(repository.reference)} lacks ${still?.[0]?.descriptor.digest ?? 'everything'}.`,
    remedy: 'Run this job again; if it stays, look at the status of the registry.',
    isRetryable: true,
  })
}
