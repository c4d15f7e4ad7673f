import type { CopiedReferrer, Digest } from '@oke-pipeline/image'

/** Something that the registry keeps with the image. */
export interface PushedReferrer {
  readonly digest: Digest
  /** What kind of claim it is, or what kind of content. */
  readonly type: string
  /** The image, or the platform of it, that it is about. */
  readonly subject: Digest
}

/** The annotation under which statements say what kind of claim they are. */
const predicateType = 'in-toto.io/predicate-type'

/** What a push tells of what it copied with the image. */
export function pushedReferrers(
  referrers: readonly Pick<CopiedReferrer, 'descriptor' | 'subject'>[],
): readonly PushedReferrer[] {
  return referrers.map(({ descriptor, subject }) => ({
    digest: descriptor.digest,
    type: descriptor.annotations?.[predicateType] ?? descriptor.artifactType ?? 'unknown',
    subject: subject.digest,
  }))
}
