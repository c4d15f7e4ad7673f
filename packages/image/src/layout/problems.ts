import { ConfigurationError, GateError } from '@oke-pipeline/core'
import type { Descriptor } from '../descriptor.ts'
import type { Digest } from '../digest.ts'

const buildAgain = 'Build the image again, and let no step after the build write to that folder.'

/** A folder that is not an OCI image layout, or not one that can be used. */
export function notALayout(path: string, explanation: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError({
    title: `Layout "${path}" is not usable`,
    explanation,
    remedy: 'Give the folder that build-image names in its output "layout".',
    cause,
  })
}

/** A blob that is not what its digest says. */
export function layoutChanged(
  path: string,
  expected: Descriptor,
  found: { readonly digest: Digest; readonly sizeBytes: number },
): GateError {
  return new GateError({
    title: `Layout "${path}" is not what was built`,
    explanation: `Blob ${expected.digest} (${expected.size} bytes) has the digest ${found.digest} (${found.sizeBytes} bytes): the layout was changed after it was built.`,
    remedy: buildAgain,
  })
}

/** A blob that is referred to, but is not there. */
export function blobMissing(path: string, digest: Digest, cause: unknown): GateError {
  return new GateError({
    title: `Layout "${path}" is not complete`,
    explanation: `Blob ${digest} is missing: the layout was changed after it was built, or not all of it was handed over.`,
    remedy: buildAgain,
    cause,
  })
}

/** A layout of another image than the one that is wanted. */
export function notTheImage(path: string, expected: Digest, found: readonly Digest[]): GateError {
  return new GateError({
    title: `Layout "${path}" is not the image that was expected`,
    explanation: `Expected ${expected}, but the layout holds ${found.join(', ') || 'no image'}.`,
    remedy: 'Give "digest" and "layout" of the same build.',
  })
}
