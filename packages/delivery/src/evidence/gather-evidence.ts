import { GateError, inert } from '@oke-pipeline/core'
import type { Ports } from '@oke-pipeline/core'
import {
  bundlesInRegistry,
  describeSigner,
  evidenceName,
  judgeEvidence,
} from '@oke-pipeline/evidence'
import type { EvidencedImage, JudgedRequirement } from '@oke-pipeline/evidence'
import { repositoryName } from '@oke-pipeline/image'
import type { PinnedReference, Repository } from '@oke-pipeline/image'
import { openImageRegistry } from '../registry/image-registry.ts'
import type { ImageRegistryInputs, ImageRegistryPorts } from '../registry/image-registry.ts'
import { evidenceDemands } from './evidence-demand.ts'
import type { Destination, EvidenceDemand } from './evidence-demand.ts'
import type { EvidenceInputs } from './evidence-inputs.ts'

/** A requirement that was held against what is kept with an image, and who requires it. */
export type DemandedEvidence = JudgedRequirement & Pick<EvidenceDemand, 'requiredBy'>

/** An image on its way to an environment. */
export interface ImageOnItsWay {
  readonly image: PinnedReference
  readonly destination: Destination
}

/** By what a step is told of evidence. */
type Inputs = EvidenceInputs & ImageRegistryInputs

/** What gathering evidence needs of the world. */
type GatherPorts = ImageRegistryPorts & Pick<Ports, 'files' | 'log'>

/**
 * Holds what the registry keeps with an image against all that is required of it, by the inputs and
 * by the environments file. Where nothing is, no registry is asked.
 * @throws GateError where the registry does not have the image, or what it keeps with it cannot be
 * read; ServiceError where it cannot be asked; ConfigurationError for files that are not usable.
 */
export async function gatherEvidence(
  { image, destination }: ImageOnItsWay,
  inputs: Inputs,
  ports: GatherPorts,
): Promise<readonly DemandedEvidence[]> {
  const demands = await evidenceDemands(inputs, destination, ports.files)
  if (demands.length === 0) return []
  return ports.log.group(`Evidence for ${image.digest}`, async () => {
    const repository = await openImageRegistry(image, inputs, ports)
    await assertThere(repository, image)
    const found = await bundlesInRegistry(repository, image.digest)
    const judged = await Promise.all(
      demands.map((demand) => judgeDemand({ digest: image.digest, bundles: found }, demand, ports)),
    )
    return judged.flat()
  })
}

async function judgeDemand(
  image: EvidencedImage,
  { requirements, trust, requiredBy }: EvidenceDemand,
  { clock, log }: Pick<GatherPorts, 'clock' | 'log'>,
): Promise<readonly DemandedEvidence[]> {
  const judged = await judgeEvidence(image, requirements, { trust, clock })
  for (const one of judged) log.info(`${evidenceName(one.requirement.evidence)}: ${outcomeOf(one)}`)
  return judged.map((one) => ({ ...one, requiredBy }))
}

function outcomeOf(judged: JudgedRequirement): string {
  if (!('evidence' in judged)) return `not met: ${judged.reason}`
  const { signer, signedAt } = judged.evidence
  const time = signedAt === undefined ? '' : `, ${signedAt.toISOString()}`
  return `signed by ${inert(describeSigner(signer))}${time}`
}

async function assertThere(repository: Repository, image: PinnedReference): Promise<void> {
  if ((await repository.headManifest(image.digest)) !== undefined) return
  throw new GateError({
    title: 'The image whose evidence is required is not in its registry',
    explanation: `${repositoryName(image)} has no manifest ${image.digest}.`,
    remedy: 'Push it, with what is kept with it, by push-ocir; or give the image that was pushed.',
  })
}
