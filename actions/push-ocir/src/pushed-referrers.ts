import {
  bundlePredicateAnnotation,
  isBundleType,
  predicateTypeAnnotation,
} from '@oke-pipeline/evidence'
import type { CopiedReferrer, Digest } from '@oke-pipeline/image'

/** Something that the registry keeps with the image. */
export interface PushedReferrer {
  readonly digest: Digest
  /** What kind of claim it is, or what kind of content. */
  readonly type: string
  /** The image, or the platform of it, that it is about. */
  readonly subject: Digest
  /** Whether it is a statement with its signature. */
  readonly isSigned: boolean
}

/** What a push tells of what it copied with the image. */
export function pushedReferrers(
  referrers: readonly Pick<CopiedReferrer, 'descriptor' | 'subject'>[],
): readonly PushedReferrer[] {
  return referrers.map(({ descriptor, subject }) => ({
    digest: descriptor.digest,
    type: typeOf(descriptor),
    subject: subject.digest,
    isSigned: isBundleType(descriptor.artifactType),
  }))
}

function typeOf({ annotations, artifactType }: CopiedReferrer['descriptor']): string {
  const claim = annotations?.[predicateTypeAnnotation] ?? annotations?.[bundlePredicateAnnotation]
  return claim ?? artifactType ?? 'unknown'
}
