import { ConfigurationError } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { OciClient } from '../client/oci-client.ts'
import { parseOcid } from '../region/ocid.ts'
import type { Ocid } from '../region/ocid.ts'

/** A key in OCI Vault that signs, in one of its versions. */
export interface VaultKey {
  readonly id: Ocid
  readonly version: string
  readonly algorithm: 'RSA' | 'ECDSA'
  /** Its public half, in PEM. */
  readonly publicKey: string
  /** The vault, as its hosts are called. */
  readonly vault: string
}

const keySchema = v.object({
  currentKeyVersion: v.string(),
  lifecycleState: v.string(),
  keyShape: v.object({ algorithm: v.string(), curveId: v.nullish(v.string()) }),
})

const versionSchema = v.object({ publicKey: v.nullish(v.string()) })

const policy = 'Allow group … to use keys in compartment …'

/**
 * Looks up a key: its kind, its public half, and its current version unless another is meant.
 * https://docs.oracle.com/en-us/iaas/api/#/en/key/release/Key/GetKey
 * @throws ConfigurationError when it is no key to sign images and statements with.
 */
export async function findVaultKey(
  client: OciClient,
  id: Ocid,
  version?: string,
): Promise<VaultKey> {
  const vault = vaultOf(id)
  const at = { service: 'kms-management', vault, method: 'GET', policy } as const
  const path = `/keys/${id}`
  const key = await client.json({ ...at, path, doing: `Looking up the key ${id}` }, keySchema)
  const { keyShape, lifecycleState, currentKeyVersion } = key.value
  const algorithm = algorithmOf(id, keyShape)
  if (lifecycleState !== 'ENABLED') throw unusable(id, `it is ${lifecycleState}, not ENABLED`)
  const used = version ?? currentKeyVersion
  const doing = `Reading the public half of the key ${id}`
  const read = await client.json(
    { ...at, path: `${path}/keyVersions/${used}`, doing },
    versionSchema,
  )
  const { publicKey } = read.value
  if (publicKey === undefined || publicKey === null) throw unusable(id, 'it has no public half')
  return { id, version: used, algorithm, publicKey, vault }
}

/** `ocid1.key.<realm>.<region>.<vault>.<unique id>`. */
export function vaultOf(id: Ocid): string {
  const [type, , , vault, unique] = parseOcid(id, 'key').split('.').slice(1)
  if (type === 'key' && vault !== undefined && unique !== undefined) return vault
  throw unusable(id, 'its OCID does not name a vault')
}

function algorithmOf(
  id: Ocid,
  { algorithm, curveId }: v.InferOutput<typeof keySchema>['keyShape'],
): VaultKey['algorithm'] {
  if (algorithm === 'RSA') return 'RSA'
  if (algorithm === 'ECDSA' && curveId === 'NIST_P256') return 'ECDSA'
  throw unusable(id, `it is ${curveId ?? `of the algorithm ${algorithm}`}`)
}

function unusable(id: Ocid, why: string): ConfigurationError {
  return new ConfigurationError({
    title: `Key ${id} cannot sign`,
    explanation: `It takes an RSA key, or an ECDSA key of the curve NIST_P256, that is enabled: ${why}.`,
    remedy: 'Make a key with the algorithm RSA in a vault, and give its OCID.',
  })
}
