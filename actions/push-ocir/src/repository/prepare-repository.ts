import { GateError } from '@oke-pipeline/core'
import type { Files } from '@oke-pipeline/core'
import { repositoryName } from '@oke-pipeline/image'
import type { ImageReference } from '@oke-pipeline/image'
import {
  ensureContainerRepository,
  findContainerRepository,
  principalPorts,
} from '@oke-pipeline/oci'
import type { ContainerRepository, IdentityInputs } from '@oke-pipeline/oci'
import type { SigningWorld } from '../signing-world.ts'
import { nameInTenancy, repositoryApi } from './repository-api.ts'
import type { RepositoryApi, RepositoryPlace } from './repository-api.ts'
import type { RepositoryInputs } from './repository-inputs.ts'

/** What is known of the repository before anything is pushed to it. */
export interface PreparedRepository {
  readonly repository: ContainerRepository
  readonly outcome: 'created' | 'existed'
}

type Inputs = RepositoryInputs & IdentityInputs
type World = SigningWorld & { readonly files: Pick<Files, 'readText'> }

/**
 * Creates the repository where it is missing and that is asked for, and refuses one that is not
 * immutable where it has to be. Nothing is asked where neither is wanted.
 * @throws GateError for a repository that is not immutable, or that is not there to be judged.
 */
export async function prepareRepository(
  inputs: Inputs,
  place: RepositoryPlace,
  world: World,
): Promise<PreparedRepository | undefined> {
  if (!inputs['create-repository'] && !inputs['require-immutable']) return undefined
  // Other registries may get the image as well: it is OCIR's repositories that are created.
  if (place.region === undefined && !inputs['require-immutable']) return undefined
  const api = await repositoryApi(inputs, place, world)
  const found = await findOrCreate(inputs, { ...api, place }, world)
  if (inputs['require-immutable']) assertImmutable(place.reference, found?.repository)
  if (found?.repository.isPublic === true) {
    const name = repositoryName(place.reference)
    world.log.warning(`${name} is public: everybody on the Internet can pull what is pushed to it`)
  }
  return found
}

type Search = RepositoryApi & { readonly place: RepositoryPlace }

async function findOrCreate(
  inputs: Inputs,
  { client, identity, place }: Search,
  world: World,
): Promise<PreparedRepository | undefined> {
  const { compartment } = inputs
  const { tenancy } = identity.session
  const name = nameInTenancy(place.reference)
  if (!inputs['create-repository']) {
    const within = compartment ?? tenancy
    if (within === undefined) throw unknownPlace(name)
    const repository = await findContainerRepository(client, name, within)
    return repository === undefined ? undefined : { repository, outcome: 'existed' }
  }
  if (compartment === undefined) throw new Error('Inputs about the repository were not checked')
  const readme = inputs['create-readme']
  const wanted = {
    ...{ name, compartment, isImmutable: inputs['create-immutable'] },
    readme: readme === undefined ? undefined : await world.files.readText(readme),
  }
  const ports = principalPorts(world)
  const ensured = await ensureContainerRepository(client, wanted, { tenancy, ports })
  const done = ensured.outcome === 'created' ? 'Created' : 'Found'
  world.log.info(`${done} the repository "${name}" in ${compartment}`)
  return ensured
}

function assertImmutable(
  reference: ImageReference,
  repository: ContainerRepository | undefined,
): void {
  if (repository?.isImmutable === true) return
  const name = repositoryName(reference)
  throw new GateError({
    title: `Repository ${name} is not immutable`,
    explanation:
      repository === undefined
        ? 'It was not found, and "require-immutable" lets nothing be pushed to one that cannot be judged. Nothing has been pushed.'
        : 'Its tags can be moved to other images, and "require-immutable" is true. Nothing has been pushed.',
    remedy:
      repository === undefined
        ? 'Create it as an immutable repository ("create-repository" and "create-immutable"), or check "compartment" and the policy: Allow group … to read repos in compartment ….'
        : `Make it immutable: oci artifacts container repository update --repository-id ${repository.id} --is-immutable true`,
  })
}

function unknownPlace(name: string): GateError {
  return new GateError({
    title: `Whether repository "${name}" is immutable cannot be looked up`,
    explanation: 'This identity does not say of which tenancy it is.',
    remedy: 'Give the OCID of the repository’s compartment as "compartment".',
  })
}
