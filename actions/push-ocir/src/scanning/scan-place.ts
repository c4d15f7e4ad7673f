import { ReportedError } from '@oke-pipeline/core'
import type { Digest } from '@oke-pipeline/image'
import { compartmentOfImage, ensureScanTarget, principalPorts } from '@oke-pipeline/oci'
import type { EnsuredScanTarget, IdentityInputs } from '@oke-pipeline/oci'
import type { PreparedRepository } from '../repository/prepare-repository.ts'
import { nameInTenancy, repositoryApi } from '../repository/repository-api.ts'
import type { RepositoryPlace } from '../repository/repository-api.ts'
import type { SigningWorld } from '../signing-world.ts'
import type { ScanningInputs } from './scanning-inputs.ts'

/** How OCI's scans of a repository were seen to; that they were not does not undo a push. */
export type PlaceScanning =
  EnsuredScanTarget | { readonly outcome: 'failed'; readonly error: ReportedError }

/** A repository that was pushed to. */
export interface PushedPlace extends RepositoryPlace {
  /** Where it was looked at before the push. */
  readonly prepared: PreparedRepository | undefined
  readonly digest: Digest
}

type Inputs = ScanningInputs & IdentityInputs

/** Sees to it that OCI scans a repository, where that is asked for and the repository is in OCIR. */
export async function scanPlace(
  inputs: Inputs,
  place: PushedPlace,
  world: SigningWorld,
): Promise<PlaceScanning | undefined> {
  const name = inputs['scan-target']
  if (name === undefined) return undefined
  const { registry } = place.reference
  if (place.region === undefined) {
    world.log.info(`${registry} is not OCIR: no scan target has its repository`)
    return undefined
  }
  try {
    const ensured = await ensureTarget(name, { inputs, place }, world)
    world.log.info(`${words[ensured.outcome]} "${ensured.target.name}" of Vulnerability Scanning`)
    return ensured
  } catch (error) {
    world.signal.throwIfAborted()
    if (!(error instanceof ReportedError)) throw error
    return { outcome: 'failed', error }
  }
}

const words = {
  existed: 'OCI scans it by the target',
  extended: 'OCI scans it from now on, by the target',
  created: 'OCI scans it from now on, by the new target',
} as const satisfies Readonly<Record<EnsuredScanTarget['outcome'], string>>

async function ensureTarget(
  name: string,
  { inputs, place }: { readonly inputs: Inputs; readonly place: PushedPlace },
  world: SigningWorld,
): Promise<EnsuredScanTarget> {
  const { client, identity } = await repositoryApi(inputs, place, world)
  const repository = nameInTenancy(place.reference)
  const [namespace = ''] = place.reference.repository.split('/')
  const compartment =
    place.prepared?.repository.compartmentId ??
    (await compartmentOfImage(client, { namespace, repository, digest: place.digest }))
  const wanted = {
    repository: { name: repository, compartment },
    ...{ name, recipe: inputs['scan-recipe'] },
  }
  const { tenancy } = identity.session
  return ensureScanTarget(client, wanted, { tenancy, ports: principalPorts(world) })
}
