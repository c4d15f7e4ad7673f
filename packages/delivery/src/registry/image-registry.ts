import { basicForms } from '@oke-pipeline/core'
import { openRepository } from '@oke-pipeline/image'
import type { Credentials, ImageReference, Repository } from '@oke-pipeline/image'
import type { IdentityInputs } from '@oke-pipeline/oci'
import { ocirLogin } from './ocir-login.ts'
import type { OcirLoginPorts } from './ocir-login.ts'

/** As whom the registry of an image is read. */
export type ImageRegistryInputs = IdentityInputs & {
  readonly 'registry-username'?: string | undefined
  readonly 'registry-password'?: string | undefined
}

/** What logging in to a registry needs of the world. */
export type ImageRegistryPorts = OcirLoginPorts

/**
 * Opens the repository of an image to read it, and what is kept with it: as the user that is given, else in
 * OCIR as the identity of this workflow, else as nobody.
 * @throws ConfigurationError without an identity for OCIR; ServiceError where the registry cannot be
 * reached.
 */
export async function openImageRegistry(
  image: ImageReference,
  inputs: ImageRegistryInputs,
  ports: ImageRegistryPorts,
): Promise<Repository> {
  const credentials = userIn(inputs) ?? (await ocirLogin(image.registry, inputs, ports))
  if (credentials !== undefined) {
    const forms = basicForms(credentials.username, credentials.password)
    for (const form of forms) ports.mask(form)
  }
  return openRepository(image, { credentials, access: 'pull' }, ports)
}

function userIn(inputs: ImageRegistryInputs): Credentials | undefined {
  const { 'registry-username': username, 'registry-password': password } = inputs
  return username === undefined || password === undefined ? undefined : { username, password }
}
