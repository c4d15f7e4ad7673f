import { ReportedError, secondsSince } from '@oke-pipeline/core'
import type { Attempt } from './bring-up.ts'
import { resultOf } from './deploy-result.ts'
import type { DeployResult, ReleaseFailure } from './deploy-result.ts'
import { isRolledBack } from './failure-policy.ts'
import { halt } from './halt.ts'
import type { ReleaseRecord } from './record.ts'
import { rollBack } from './roll-back.ts'
import type { Run } from './run.ts'
import { restore } from './undo-release.ts'

/** A release that did not get into force, and why. */
export interface FailedAttempt extends Attempt {
  readonly failure: ReleaseFailure
}

/**
 * Puts back what was there before a release that failed; in a hurry where the job is cancelled,
 * also in the middle of it.
 * @throws what made it fail where that is a fault of ours, or the cancellation of the job.
 */
export async function giveUp(
  run: Run,
  record: ReleaseRecord,
  failed: FailedAttempt,
): Promise<DeployResult> {
  const { signal } = run.ports
  try {
    signal.throwIfAborted()
    return await undo(run, record, failed)
  } catch (error) {
    // Without the lock, another run may be deploying: nothing may be touched.
    run.lock.lost.throwIfAborted()
    if (signal.aborted) await restoreQuickly(run, record)
    throw error
  }
}

async function undo(
  run: Run,
  record: ReleaseRecord,
  { rollout, failure }: FailedAttempt,
): Promise<DeployResult> {
  const { cluster, plan, ports } = run
  ports.log.info(`The release failed: ${failure.cause}`)
  const start = ports.clock.now()
  const { onFailure } = plan.release
  if (onFailure.reaction === 'stop') await halt(run)
  const undoing = { address: plan.release.address, record, previous: plan.current }
  const rollback = await rollBack(cluster, undoing, {
    policy: onFailure,
    cause: failure.cause,
    endurance: plan.release.endurance,
    timeoutSeconds: plan.release.timeoutSeconds,
    ports,
  })
  const { error } = failure
  if (error instanceof Error && !(error instanceof ReportedError)) throw error
  const result = resultOf(run, rollout)
  return {
    ...result,
    status: rollback.isRestored ? 'rolled-back' : 'failed',
    failure,
    rollback,
    seconds: { ...result.seconds, rollback: secondsSince(start, ports.clock) },
  }
}

/**
 * Seconds are left after a cancellation: what was there before is applied again without waiting
 * for it. The record stays pending, so that `post` sees to the rest.
 */
async function restoreQuickly(
  { cluster, plan, ports, lock }: Run,
  record: ReleaseRecord,
): Promise<void> {
  if (!isRolledBack(plan.release.onFailure, plan.current)) return
  ports.log.info('Cancelled: putting back what was there before.')
  const undoing = { address: plan.release.address, record, previous: plan.current }
  await restore(cluster.until(lock.lost), undoing, { ...ports, signal: lock.lost })
}
