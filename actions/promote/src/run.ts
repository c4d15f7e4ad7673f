import type { Ports, Runner } from '@oke-pipeline/core'
import {
  checkOrder,
  gatherEvidence,
  promotableImage,
  readEnvironments,
} from '@oke-pipeline/delivery'
import type { DemandedEvidence, Environment } from '@oke-pipeline/delivery'
import { assertProved } from '@oke-pipeline/evidence'
import { isPinned, parseReference } from '@oke-pipeline/image'
import type { ObservedRelease, ReleaseAddress } from '@oke-pipeline/kubernetes'
import type { Inputs } from './declaration.ts'
import { destinationOf } from './read-promote-inputs.ts'
import { releaseOf } from './release-of.ts'

/** The ports of a promotion. */
export interface PromotePorts extends Ports, Pick<Runner, 'environment' | 'run' | 'mask'> {
  /** Looks at the release in force and at the pods of its workloads. */
  observe(address: ReleaseAddress): Promise<ObservedRelease>
}

/** The image to go on with, and where to. */
export interface PromotionResult {
  readonly from: Environment
  readonly to: Environment
  /** `repository@digest`. */
  readonly image: string
  readonly digest: string
  readonly observed: ObservedRelease
  /** What is proved of it, where anything is required. */
  readonly evidence: readonly DemandedEvidence[]
}

/**
 * Holds a promotion to the order of environments, to what the first of them is seen to run, and to
 * the evidence that the second requires.
 * It only reads; deploy-oke does the rest.
 */
export async function run(inputs: Inputs, ports: PromotePorts): Promise<PromotionResult> {
  const environments = await readEnvironments(ports.files, inputs['environments-file'])
  const { from, to } = checkOrder(environments, inputs.from, inputs.to)
  const observed = await ports.observe({
    namespace: from.namespace,
    release: releaseOf(from, inputs.image?.repository),
  })
  const expectedDigest = inputs.image?.digest
  const { image, digest } = promotableImage({ environment: from, observed, expectedDigest })
  ports.log.info(`Every pod of "${from.name}" runs ${image}`)
  const evidence = await evidenceFor(image, inputs, ports)
  return { from, to, image, digest, observed, evidence }
}

/** Only what has the evidence that is required of it is handed on. */
async function evidenceFor(
  image: string,
  inputs: Inputs,
  ports: PromotePorts,
): Promise<readonly DemandedEvidence[]> {
  const reference = parseReference(image)
  if (!isPinned(reference)) throw new Error(`${image} was deployed without a digest`)
  const way = { image: reference, destination: destinationOf(inputs) }
  const evidence = await gatherEvidence(way, inputs, ports)
  assertProved(reference.digest, evidence)
  return evidence
}
