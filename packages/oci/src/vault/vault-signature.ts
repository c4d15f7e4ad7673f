import { createHash } from 'node:crypto'
import { ServiceError } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { OciClient } from '../client/oci-client.ts'
import type { VaultKey } from './vault-key.ts'

/** The algorithms of OCI Vault that are used here. */
export type VaultAlgorithm = 'SHA_256_RSA_PKCS_PSS' | 'SHA_256_RSA_PKCS1_V1_5' | 'ECDSA_SHA_256'

/** What a vault signs. */
export interface VaultMessage {
  /** In base64, as the API takes it. */
  readonly message: string
  /** Whether the message is what to sign, at most 4096 bytes, or its digest. */
  readonly messageType: 'RAW' | 'DIGEST'
  readonly signingAlgorithm: VaultAlgorithm
}

const signedSchema = v.object({
  keyVersionId: v.nullish(v.string()),
  signature: v.pipe(v.string(), v.minLength(1)),
})

const policy = 'Allow group … to use keys in compartment …'

/**
 * Signs with a key that never leaves its vault. Returns the signature in base64.
 * https://docs.oracle.com/en-us/iaas/api/#/en/key/release/SignedData/Sign
 */
export async function signInVault(
  client: OciClient,
  { id, version, vault }: VaultKey,
  message: VaultMessage,
): Promise<string> {
  const { value } = await client.json(
    {
      service: 'kms-crypto',
      vault,
      method: 'POST',
      path: '/sign',
      body: { keyId: id, keyVersionId: version, ...message },
      doing: `Signing with the key ${id}`,
      policy,
    },
    signedSchema,
  )
  const used = value.keyVersionId ?? version
  if (used === version) return value.signature
  throw new ServiceError({
    service: 'OCI Vault',
    title: `Key ${id} signed with another version`,
    explanation: `Asked for ${version}, it used ${used}.`,
    remedy: 'Run this job again; give the version if the key is just being rotated.',
    isRetryable: true,
  })
}

/** Whether a signature is the key's. */
export async function verifyInVault(
  client: OciClient,
  { id, version, vault }: VaultKey,
  signed: VaultMessage & { readonly signature: string },
): Promise<boolean> {
  const { value } = await client.json(
    {
      service: 'kms-crypto',
      vault,
      method: 'POST',
      path: '/verify',
      body: { keyId: id, keyVersionId: version, ...signed },
      doing: `Verifying a signature with the key ${id}`,
      policy,
    },
    v.object({ isSignatureValid: v.boolean() }),
  )
  return value.isSignatureValid
}

/** Signs bytes of any length by their SHA-256: RSA by PKCS #1 v1.5, ECDSA in DER. */
export async function signBytesInVault(
  client: OciClient,
  key: VaultKey,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const digest = createHash('sha256').update(bytes).digest('base64')
  const signingAlgorithm = key.algorithm === 'RSA' ? 'SHA_256_RSA_PKCS1_V1_5' : 'ECDSA_SHA_256'
  const message = { message: digest, messageType: 'DIGEST', signingAlgorithm } as const
  return Buffer.from(await signInVault(client, key, message), 'base64')
}
