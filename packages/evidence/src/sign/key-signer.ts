import { createHash, createPublicKey } from 'node:crypto'
import { ReportedError, ServiceError } from '@oke-pipeline/core'
import { makeBundle, signingFailed } from './make-bundle.ts'
import type { Witnesses } from './make-bundle.ts'
import type { StatementSigner } from './statement-signer.ts'

/** A key that somebody else holds, such as OCI Vault. */
export interface SigningKey {
  /** What it is called: the OCID of the key. */
  readonly name: string
  /** Its public half, in PEM. */
  readonly publicKey: string
  /** Signs with SHA-256: RSA by PKCS #1 v1.5, ECDSA in DER. */
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** What a bundle calls a key: the SHA-256 of its public half, as cosign has it. */
export function keyHint(publicKey: string): string {
  const der = createPublicKey(publicKey).export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('base64')
}

/** Signs with a key that is kept; nobody vouches for the time unless a witness is named. */
export function keySigner(key: SigningKey, witnesses: Partial<Witnesses> = {}): StatementSigner {
  const hint = keyHint(key.publicKey)
  const { rekor, timestampAuthority } = witnesses
  return {
    description: `key ${key.name}`,
    hint,
    async sign(statement) {
      const signer = { sign: (bytes: Buffer) => signed(key, hint, bytes) }
      try {
        return await makeBundle(statement, signer, { rekor, timestampAuthority })
      } catch (error) {
        throw error instanceof ReportedError ? error : signingFailed(`key ${key.name}`, error)
      }
    },
  }
}

async function signed(
  key: SigningKey,
  hint: string,
  bytes: Buffer,
): Promise<{ signature: Buffer; key: { $case: 'publicKey'; publicKey: string; hint: string } }> {
  const signature = Buffer.from(await key.sign(bytes))
  if (signature.length === 0) throw unsigned(key)
  return { signature, key: { $case: 'publicKey', publicKey: key.publicKey, hint } }
}

function unsigned({ name }: SigningKey): ServiceError {
  return new ServiceError({
    service: `key ${name}`,
    title: 'A statement about the image could not be signed',
    explanation: `What holds key ${name} answered with an empty signature.`,
    remedy: 'Run this job again.',
  })
}
