import { findVaultKey, ociClient, signBytesInVault } from '@oke-pipeline/oci'
import type { Ocid, OciIdentity, PrincipalPorts } from '@oke-pipeline/oci'
import { failed, works } from './check.ts'
import type { Check } from './check.ts'

/** Whether a key in OCI Vault can be signed with: signs a word, which changes nothing. */
export async function checkVault(
  key: Ocid,
  identity: OciIdentity,
  statements: readonly string[],
  ports: PrincipalPorts,
): Promise<Check> {
  const name = 'Sign with the key in OCI Vault'
  try {
    const client = ociClient(identity.session, identity, ports)
    const found = await findVaultKey(client, key)
    await signBytesInVault(client, found, Buffer.from('oke-pipeline check'))
    return works(name, `The ${found.algorithm} key signed, with its version ${found.version}.`)
  } catch (error) {
    return failed(name, error, statements)
  }
}
