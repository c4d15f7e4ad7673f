import type { ImageReference } from '@oke-pipeline/image'
import { findIdentity, ociClient, principalPorts } from '@oke-pipeline/oci'
import type { IdentityInputs, OciClient, OciIdentity, Region } from '@oke-pipeline/oci'
import type { SigningWorld } from '../signing-world.ts'

/** A repository of OCIR. */
export interface RepositoryPlace {
  readonly reference: ImageReference
  readonly region: Region | undefined
  /** The identity that logs in; with a user and password another one is looked for. */
  readonly identity: OciIdentity | undefined
}

/** OCI's API in the region of a repository, and as whom it is called. */
export interface RepositoryApi {
  readonly client: OciClient
  readonly identity: OciIdentity
}

/** OCI's API for what is about a repository, beside the registry itself. */
export async function repositoryApi(
  inputs: IdentityInputs,
  { region, identity: known }: RepositoryPlace,
  world: SigningWorld,
): Promise<RepositoryApi> {
  if (region === undefined) throw new Error('Inputs about the repository were not checked')
  const ports = principalPorts(world)
  const wanted = { ...inputs, 'oci-region': inputs['oci-region'] ?? region.id }
  const identity = known ?? (await findIdentity(wanted, ports))
  return { client: ociClient(identity.session, { ...identity, region }, ports), identity }
}

/** OCI's API knows repositories without the namespace. */
export function nameInTenancy({ repository }: ImageReference): string {
  return repository.slice(repository.indexOf('/') + 1)
}
