import { secondsSince } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { deployRelease, isHook, planDocument, planHash, releaseUrl } from '@oke-pipeline/kubernetes'
import type { DeployResult, ReleaseImage } from '@oke-pipeline/kubernetes'
import type { CompleteInputs } from './declaration.ts'
import { lockHolder } from './lock-holder.ts'
import { holdToApproval } from './plan/approved-plan.ts'
import type { Approval } from './plan/approved-plan.ts'
import type { Deployment } from './prepare.ts'
import { renewPullSecret } from './pull-secret.ts'
import type { WrittenPullSecret } from './pull-secret.ts'
import { saveFinished, saveStarted, saveTurn } from './started-release.ts'
import { wantedRelease } from './wanted-release.ts'

/** A deployment, and what it was about. */
export interface Outcome {
  readonly deployed: DeployResult
  readonly wanted: ReleaseImage
  readonly namespace: string
  readonly release: string
  /** How many objects it has. */
  readonly objects: number
  /** That the deployment took in all. */
  readonly seconds: number
  /** Where people reach it, once it is in force. */
  readonly url: string | undefined
  readonly planHash: string
  readonly pullSecret: WrittenPullSecret | undefined
}

/**
 * Deploys, after having noted what `post` needs to undo it.
 * @throws GateError when what would be done is not what was approved.
 */
export async function run(
  inputs: CompleteInputs,
  { cluster, manifests, pullSecret: secret }: Deployment,
  { approval, runner }: { readonly approval: Approval; readonly runner: Runner },
): Promise<Outcome> {
  const wanted = await wantedRelease(inputs, manifests, runner)
  const { namespace, release } = wanted.address
  const turn = { holder: lockHolder(runner), waitSeconds: inputs['lock-timeout'] }
  saveTurn(runner, wanted.address, turn.holder)
  const startedAt = runner.clock.now()
  let hash = ''
  let pullSecret: WrittenPullSecret | undefined
  const deployed = await runner.log.group(`Deploy "${release}" to "${namespace}"`, () =>
    deployRelease(cluster, { release: wanted, turn }, runner, {
      async onPlan(plan) {
        const document = planDocument(plan, secret)
        hash = planHash(document)
        holdToApproval(document, approval)
        pullSecret = await renewPullSecret(cluster, secret, { inputs, runner })
      },
      onStart: (revision) => saveStarted(runner, revision),
      onEnd: () => saveFinished(runner),
    }),
  )
  const seconds = secondsSince(startedAt, runner.clock)
  const isUp = deployed.status === 'deployed' || deployed.status === 'unchanged'
  const objects = wanted.manifests.map(({ object }) => object).filter((object) => !isHook(object))
  const url = isUp ? await releaseUrl(cluster, objects) : undefined
  return {
    deployed,
    wanted: wanted.image,
    namespace,
    release,
    planHash: hash,
    pullSecret,
    seconds,
    url,
    objects: objects.length,
  }
}
