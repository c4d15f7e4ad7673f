import { createPublicKey } from 'node:crypto'
import { ConfigurationError, messageOf } from '@oke-pipeline/core'
import type { TrustedRoot } from '@sigstore/protobuf-specs'
import { keyHint } from '../sign/key-signer.ts'

/** Whose signatures can be verified at all. Which of them count is for requirements to say. */
export interface Trust {
  /** Authorities and logs of Sigstore instances. */
  readonly roots: readonly TrustedRoot[]
  readonly keys: readonly TrustedKey[]
}

/** The public half of a key that signs. */
export interface TrustedKey {
  /** What requirements call it. */
  readonly name: string
  /** In PEM. */
  readonly publicKey: string
  readonly hint: string
}

/**
 * Reads a trust root: a JSON document as Sigstore's `trusted_root.json`, or one a line, as
 * `gh attestation trusted-root` prints them.
 * https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto
 * @throws ConfigurationError
 */
export async function parseTrustedRoots(
  text: string,
  file: string,
): Promise<readonly TrustedRoot[]> {
  const { TrustedRoot: format } = await import('@sigstore/protobuf-specs')
  try {
    const roots = documentsIn(text).map((document) => format.fromJSON(document))
    if (roots.every(({ certificateAuthorities }) => certificateAuthorities.length > 0)) return roots
    throw new Error('it names no certificate authority')
  } catch (error) {
    throw new ConfigurationError({
      title: `Trust root "${file}" is not usable`,
      explanation: `It is no trust root of Sigstore: ${messageOf(error)}.`,
      remedy: 'Give the output of "gh attestation trusted-root", or a trusted_root.json.',
      place: { file },
      cause: error,
    })
  }
}

function documentsIn(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)]
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    if (lines.length < 2) throw error
    return lines.map((line) => JSON.parse(line) as unknown)
  }
}

/**
 * Reads a public key.
 * @throws ConfigurationError, also for a private one: that has no place in a workflow.
 */
export function parseTrustedKey(name: string, text: string): TrustedKey {
  try {
    if (text.includes('PRIVATE KEY')) throw new Error('it is a private key')
    const { asymmetricKeyType } = createPublicKey(text)
    if (!['rsa', 'ec', 'ed25519'].includes(asymmetricKeyType ?? '')) {
      throw new Error(`it is a key of type ${asymmetricKeyType ?? 'unknown'}`)
    }
    return { name, publicKey: text, hint: keyHint(text) }
  } catch (error) {
    throw new ConfigurationError({
      title: `Key "${name}" is not usable`,
      explanation: `It is no public key in PEM to verify signatures with: ${messageOf(error)}.`,
      remedy: 'Give the public half of the key, "-----BEGIN PUBLIC KEY-----".',
      cause: error,
    })
  }
}
