import { ConfigurationError, ServiceError } from '@oke-pipeline/core'
import type { OciClient } from '../client/oci-client.ts'
import type { OciPorts } from '../client/ports.ts'
import type { Ocid } from '../region/ocid.ts'
import { createContainerRepository, findContainerRepository } from './container-repository.ts'
import type { ContainerRepository, WantedRepository } from './container-repository.ts'

/** A repository that is there, and whether it was before. */
export interface EnsuredRepository {
  readonly repository: ContainerRepository
  readonly outcome: 'created' | 'existed'
}

/**
 * Sees to it that a repository is in its compartment. One that is there is left as it is; one that
 * another job creates at the same time is as good. The tenancy helps to say where else it is.
 * @throws ConfigurationError when it is in another compartment; ServiceError that names the policy
 * when this identity may not create it, or when OCI creates another one than was asked for.
 */
export async function ensureContainerRepository(
  client: OciClient,
  wanted: WantedRepository,
  { tenancy, ports }: { readonly tenancy: Ocid | undefined; readonly ports: OciPorts },
): Promise<EnsuredRepository> {
  const { name, compartment } = wanted
  const found = await findContainerRepository(client, name, compartment)
  if (found !== undefined) return { repository: found, outcome: 'existed' }
  try {
    const repository = await createContainerRepository(client, wanted)
    assertAsWanted(repository, wanted)
    return { repository, outcome: 'created' }
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 409) throw error
    const other = await findOther(client, wanted, ports)
    if (other !== undefined) return { repository: other, outcome: 'existed' }
    throw await inOtherCompartment(client, wanted, { tenancy, conflict: error })
  }
}

const looks = 4
const secondsBetweenLooks = 2

/** What another job has just created may take a moment to be listed. */
async function findOther(
  client: OciClient,
  { name, compartment }: WantedRepository,
  { clock, signal }: OciPorts,
): Promise<ContainerRepository | undefined> {
  for (let look = 1; look <= looks; look += 1) {
    const found = await findContainerRepository(client, name, compartment)
    if (found !== undefined) return found
    if (look < looks) await clock.sleep(secondsBetweenLooks, signal)
  }
  return undefined
}

async function inOtherCompartment(
  client: OciClient,
  { name, compartment }: WantedRepository,
  { tenancy, conflict }: { readonly tenancy: Ocid | undefined; readonly conflict: ServiceError },
): Promise<ConfigurationError> {
  const found = tenancy === undefined ? undefined : await findAnywhere(client, name, tenancy)
  const where = found === undefined ? 'another compartment' : found.compartmentId
  return new ConfigurationError({
    title: `Repository "${name}" is not in the compartment that is given`,
    explanation: `It is in ${where}, not in ${compartment}: a name is given once in a tenancy and region.`,
    remedy: `Give the compartment that it is in as "compartment", or push under another name.`,
    cause: conflict,
  })
}

async function findAnywhere(
  client: OciClient,
  name: string,
  tenancy: Ocid,
): Promise<ContainerRepository | undefined> {
  try {
    return await findContainerRepository(client, name, tenancy)
  } catch (error) {
    // It makes the message better; the conflict is what is told in any case.
    if (error instanceof ServiceError) return undefined
    throw error
  }
}

function assertAsWanted(
  { isImmutable, isPublic }: ContainerRepository,
  { name, isImmutable: wantsImmutable }: WantedRepository,
): void {
  if (!isPublic && isImmutable === wantsImmutable) return
  const made = [isPublic ? 'public' : 'private', isImmutable ? 'immutable' : 'not immutable']
  throw new ServiceError({
    service: 'OCI Container Registry',
    title: `Repository "${name}" was not created as it should be`,
    explanation: `It is ${made.join(' and ')}; it should be private and ${wantsImmutable ? 'immutable' : 'not immutable'}. Nothing has been pushed.`,
    remedy: 'Look at the repository in the OCI console before anything is pushed to it.',
  })
}
