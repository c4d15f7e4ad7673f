import { createHash } from 'node:crypto'
import { ConfigurationError } from '@oke-pipeline/core'

declare const digestBrand: unique symbol

/**
 * The SHA-256 digest of some bytes, as `sha256:` and 64 lower-case hex digits: the one algorithm
 * that every registry must know (OCI image specification v1.1, "Digests").
 */
export type Digest = `sha256:${string}` & { readonly [digestBrand]: true }

const grammar = /^sha256:[0-9a-f]{64}$/

/** What a digest looks like, for messages. */
export const digestExpectation = 'a digest: "sha256:" and 64 lower-case hex digits'

/** Whether a text is a digest. */
export function isDigest(text: string): text is Digest {
  return grammar.test(text)
}

/**
 * Reads a digest that a user gave.
 * @throws {@link ConfigurationError} that quotes the text and says what is wrong with it.
 */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text
  throw new ConfigurationError({
    title: `Digest "${text}" is not valid`,
    explanation: problemOf(text),
    remedy: `Give ${digestExpectation}, as the "digest" output of the build has it.`,
  })
}

function problemOf(text: string): string {
  const [algorithm, hex, ...rest] = text.split(':')
  if (hex === undefined || rest.length > 0)
    return 'It is not an algorithm and a hash with ":" between.'
  if (algorithm !== 'sha256') return `The algorithm "${algorithm ?? ''}" is not sha256.`
  if (hex.length !== 64) return `The hash has ${hex.length} characters, not 64.`
  return 'The hash has characters other than 0-9 and a-f.'
}

/** The digest of bytes. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return digestFromHex(createHash('sha256').update(bytes).digest('hex'))
}

/** The digest and the number of bytes of a stream, which is read to its end. */
export async function digestOfStream(
  stream: AsyncIterable<Uint8Array>,
): Promise<{ readonly digest: Digest; readonly sizeBytes: number }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of stream) {
    hash.update(chunk)
    sizeBytes += chunk.byteLength
  }
  return { digest: digestFromHex(hash.digest('hex')), sizeBytes }
}

/** The digest of a hash that was made elsewhere. */
export function digestFromHex(hex: string): Digest {
  const digest = `sha256:${hex}`
  if (!isDigest(digest)) throw new Error(`SHA-256 gave "${hex}"`)
  return digest
}

/** The hex digits of a digest, without the algorithm. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length)
}

/** The first twelve hex digits of a digest: enough to recognise it by. */
export function shortDigest(digest: Digest): string {
  return hexOf(digest).slice(0, 12)
}
