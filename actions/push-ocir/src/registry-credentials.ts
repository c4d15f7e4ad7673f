import { basicForms } from '@oke-pipeline/core'
import type { Credentials } from '@oke-pipeline/image'
import {
  findIdentity,
  principalPorts,
  regionOfRegistryHost,
  registryLogin,
} from '@oke-pipeline/oci'
import type { Inputs } from './declaration.ts'
import type { PushPorts } from './run.ts'

/**
 * As whom the registry is spoken to: the user that is given, else, for OCIR, a login of an hour
 * that the identity of this workflow gets. Other registries are tried without a login.
 */
export async function registryCredentials(
  inputs: Inputs,
  ports: PushPorts,
): Promise<Credentials | undefined> {
  const { username, password, image } = inputs
  if (username !== undefined && password !== undefined) return { username, password }
  const region = regionOfRegistryHost(image.registry)
  if (region === undefined) return undefined
  const world = principalPorts(ports)
  const wanted = { ...inputs, 'oci-region': inputs['oci-region'] ?? region.id }
  const login = await registryLogin(await findIdentity(wanted, world), image.registry, world)
  for (const form of basicForms(login.username, login.password)) ports.mask(form)
  return login
}
