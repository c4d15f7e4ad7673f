import type { Digest } from '@oke-pipeline/image'

/**
 * What says no more of an image than that it was signed, as cosign 3 writes it.
 * https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md
 */
export const imageSignatureType = 'https://sigstore.dev/cosign/sign/v1'

/** The statement whose signature is the signature of the image. */
export function imageStatement(digest: Digest): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { sha256: digest.slice('sha256:'.length) } }],
      predicateType: imageSignatureType,
      predicate: {},
    }),
  )
}
