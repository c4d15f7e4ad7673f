import { ConfigurationError } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { openImageRegistry } from '@oke-pipeline/delivery'
import { repositoryName } from '@oke-pipeline/image'
import {
  deleteContainerImage,
  findContainerRepository,
  findIdentity,
  listContainerImages,
  ociClient,
  principalPorts,
  regionOfRegistryHost,
  tagsOfContainerImage,
} from '@oke-pipeline/oci'
import type { ContainerRepository, OciClient, OciIdentity } from '@oke-pipeline/oci'
import type { Inputs } from './declaration.ts'
import type { CleanPorts } from './run.ts'

/** A repository of OCIR: what it holds, and how that is read and deleted. */
type CleanedRepository = Pick<CleanPorts, 'repository' | 'images' | 'tagsOf' | 'delete'>

/**
 * Finds the repository as OCI's API and as a registry has it.
 * @throws ConfigurationError where there is none, or no identity to look for it.
 */
export async function openCleanedRepository(
  inputs: Inputs,
  runner: Runner,
): Promise<CleanedRepository> {
  const ports = principalPorts(runner)
  const region = regionOfRegistryHost(inputs.image.registry, runner.environment)
  if (region === undefined) throw new Error('Inputs were not checked')
  const identity = await findIdentity(inputs, ports, region)
  const client = ociClient(identity.session, { ...identity, region }, ports)
  const found = await findRepository(inputs, client, identity)
  return {
    repository: await openImageRegistry(inputs.image, inputs, runner),
    images: () => listContainerImages(client, found),
    tagsOf: (image) => tagsOfContainerImage(client, image),
    delete: (image) => deleteContainerImage(client, image),
  }
}

async function findRepository(
  { image, compartment }: Inputs,
  client: OciClient,
  { session }: OciIdentity,
): Promise<ContainerRepository> {
  const within = compartment ?? session.tenancy
  if (within === undefined) throw unknownPlace()
  // The Artifacts API knows repositories without the namespace.
  const name = image.repository.slice(image.repository.indexOf('/') + 1)
  const found = await findContainerRepository(client, name, within)
  if (found !== undefined) return found
  throw new ConfigurationError({
    title: `Repository ${repositoryName(image)} was not found`,
    explanation: `OCI lists none of that name in ${within} that this identity may see.`,
    remedy:
      'Check "image" and "compartment", and the policy: Allow group … to manage repos in compartment ….',
  })
}

function unknownPlace(): ConfigurationError {
  return new ConfigurationError({
    title: 'The compartment of the repository is not known',
    explanation: 'This identity does not say of which tenancy it is.',
    remedy: 'Give the OCID of the repository’s compartment as "compartment".',
  })
}
