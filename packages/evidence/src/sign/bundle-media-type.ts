/**
 * The media type of a Sigstore bundle as it is written today.
 * https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
 */
export const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'

/** Whether a media type is that of a Sigstore bundle, also one of an older form. */
export function isBundleType(mediaType: string | undefined): boolean {
  return mediaType?.startsWith('application/vnd.dev.sigstore.bundle') === true
}

/** The annotation by which bundles say, in a list of referrers, what kind of claim they hold. */
export const bundlePredicateAnnotation = 'dev.sigstore.bundle.predicateType'
