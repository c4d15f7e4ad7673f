import type { Ports } from '@oke-pipeline/core'
import { checkOrder, promotableImage, readEnvironments } from '@oke-pipeline/delivery'
import type { Environment } from '@oke-pipeline/delivery'
import type { ObservedRelease, ReleaseAddress } from '@oke-pipeline/kubernetes'
import type { Inputs } from './declaration.ts'
import { releaseOf } from './release-of.ts'

/** The ports of a promotion. */
export interface PromotePorts extends Ports {
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
}

/**
 * Holds a promotion to the order of environments, and to what the first of them is seen to run.
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
  return { from, to, image, digest, observed }
}
