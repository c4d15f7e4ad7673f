import type { Runner } from '@oke-pipeline/core'
import { deployRelease, planDocument, planHash } from '@oke-pipeline/kubernetes'
import type { DeployResult, ReleaseImage } from '@oke-pipeline/kubernetes'
import type { Inputs } from './declaration.ts'
import { holdToApproval } from './plan/approved-plan.ts'
import type { Approval } from './plan/approved-plan.ts'
import type { Deployment } from './prepare.ts'
import { saveStarted } from './started-release.ts'
import { wantedRelease } from './wanted-release.ts'

/** A deployment, and what it was about. */
export interface Outcome {
  readonly deployed: DeployResult
  readonly wanted: ReleaseImage
  readonly namespace: string
  readonly release: string
  readonly planHash: string
}

/**
 * Deploys, after having noted what `post` needs to undo it.
 * @throws GateError when what would be done is not what was approved.
 */
export async function run(
  inputs: Inputs,
  { cluster, manifests }: Deployment,
  { approval, runner }: { readonly approval: Approval; readonly runner: Runner },
): Promise<Outcome> {
  const wanted = wantedRelease(inputs, manifests, runner)
  const { namespace, release } = wanted.address
  let hash = ''
  const deployed = await runner.log.group(`Deploy "${release}" to "${namespace}"`, () =>
    deployRelease(cluster, wanted, runner, {
      onPlan(plan) {
        const document = planDocument(plan)
        hash = planHash(document)
        holdToApproval(document, approval)
      },
      onStart: (revision) => saveStarted(runner, { namespace, release, revision }),
    }),
  )
  return { deployed, wanted: wanted.image, namespace, release, planHash: hash }
}
