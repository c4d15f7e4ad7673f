import { secondsSince } from '@oke-pipeline/core'
import { applyObjects } from '../apply/apply-objects.ts'
import type { PreviewedObject } from '../apply/preview.ts'
import { stagesOf } from '../apply/stages.ts'
import { waitUntilReady } from '../readiness/wait-until-ready.ts'
import type { RolloutOutcome } from '../readiness/wait-until-ready.ts'
import { failureBy, failureOf } from './deploy-result.ts'
import type { ReleaseFailure } from './deploy-result.ts'
import { runHooks } from './run-hooks.ts'
import type { Run } from './run.ts'
import { wantedImageOf } from './wanted-image.ts'

/** How far a release got: without a failure, it runs and is ready. */
export interface Attempt {
  /** As far as the workloads were waited for. */
  readonly rollout: RolloutOutcome | undefined
  readonly failure: ReleaseFailure | undefined
}

/**
 * Applies the objects of a release, stage by stage, waits until they run and are ready, and runs its
 * last hooks.
 */
export async function bringUp(run: Run): Promise<Attempt> {
  let rollout: RolloutOutcome | undefined
  const start = run.ports.clock.now()
  const stages = stagesOf(run.plan.objects, ({ manifest }) => manifest.object)
  try {
    for (const [index, stage] of stages.entries()) {
      await applyStage(run, stage)
      // At last, what earlier stages made must still be as it was.
      const awaited = index === stages.length - 1 ? run.plan.objects : stage
      rollout = await rollOut(run, awaited, start)
      if (rollout.outcome !== 'ready') return { rollout, failure: await failureOf(run, rollout) }
    }
    return { rollout, failure: await runHooks(run, 'after') }
  } catch (error) {
    return { rollout, failure: failureBy(error) }
  }
}

async function applyStage(
  { cluster, plan, ports }: Run,
  stage: readonly PreviewedObject[],
): Promise<void> {
  const objects = stage
    .filter(({ change }) => change !== 'unchanged')
    .map(({ manifest, change, live }) => ({
      object: manifest.object,
      isReplaced: change === 'replaced',
      live,
    }))
  await applyObjects(cluster, objects, { clock: ports.clock, policy: plan.release.policy })
}

/** Waits until workloads of a release are ready and seen to run its image. */
export async function rollOut(
  { cluster, plan, ports }: Run,
  objects: readonly PreviewedObject[],
  start: Date,
): Promise<RolloutOutcome> {
  const { release } = plan
  const rollout = {
    namespace: release.address.namespace,
    objects: objects.map(({ manifest }) => manifest.object),
    demands: { image: wantedImageOf(release.image), ...release.endurance },
    timeoutSeconds: release.timeoutSeconds - secondsSince(start, ports.clock),
    since: start,
  }
  const outcome = await waitUntilReady(cluster, rollout, ports)
  return { ...outcome, seconds: secondsSince(start, ports.clock) }
}
