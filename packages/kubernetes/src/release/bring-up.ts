import { applyObjects } from '../apply/apply-objects.ts'
import { waitUntilReady } from '../readiness/wait-until-ready.ts'
import type { RolloutOutcome } from '../readiness/wait-until-ready.ts'
import { failureBy, failureOf } from './deploy-result.ts'
import type { ReleaseFailure } from './deploy-result.ts'
import type { Run } from './run.ts'
import { wantedImageOf } from './wanted-image.ts'

/** How far a release got: without a failure, it runs and is ready. */
export interface Attempt {
  /** As far as the workloads were waited for. */
  readonly rollout: RolloutOutcome | undefined
  readonly failure: ReleaseFailure | undefined
}

/** Applies the objects of a release, and waits until they run and are ready. */
export async function bringUp(run: Run): Promise<Attempt> {
  let rollout: RolloutOutcome | undefined
  try {
    await applyPlan(run)
    rollout = await rollOut(run)
    const isReady = rollout.outcome === 'ready'
    return { rollout, failure: isReady ? undefined : await failureOf(run, rollout) }
  } catch (error) {
    return { rollout, failure: failureBy(error) }
  }
}

async function applyPlan({ cluster, plan, ports }: Run): Promise<void> {
  const objects = plan.objects
    .filter(({ change }) => change !== 'unchanged')
    .map(({ manifest, change, live }) => ({
      object: manifest.object,
      isReplaced: change === 'replaced',
      live,
    }))
  await applyObjects(cluster, objects, { clock: ports.clock, policy: plan.release.policy })
}

/** Waits until the workloads of a release are ready and seen to run its image. */
export async function rollOut({ cluster, plan, ports }: Run): Promise<RolloutOutcome> {
  const { release } = plan
  const rollout = {
    namespace: release.address.namespace,
    objects: plan.objects.map(({ manifest }) => manifest.object),
    image: wantedImageOf(release.image),
    timeoutSeconds: release.timeoutSeconds,
  }
  return waitUntilReady(cluster, rollout, ports)
}
