import {
  findIdentity,
  principalPorts,
  regionOfRegistryHost,
  registryLogin,
} from '@oke-pipeline/oci'
import type { IdentityInputs, RegistryLogin } from '@oke-pipeline/oci'

/** What logging in to OCIR needs of the world. */
export type OcirLoginPorts = Parameters<typeof principalPorts>[0]

/**
 * Logs in to a registry of OCIR as the identity of this workflow; undefined for other registries.
 * @throws ConfigurationError without an identity, ServiceError where OCI gives no login.
 */
export async function ocirLogin(
  host: string,
  inputs: IdentityInputs,
  world: OcirLoginPorts,
): Promise<RegistryLogin | undefined> {
  const region = regionOfRegistryHost(host, world.environment)
  if (region === undefined) return undefined
  const ports = principalPorts(world)
  const identity = await findIdentity(inputs, ports, region)
  return registryLogin({ ...identity, region }, host, ports)
}
