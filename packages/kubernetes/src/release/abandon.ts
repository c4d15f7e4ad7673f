import { resultOf } from './deploy-result.ts'
import type { DeployResult, ReleaseFailure } from './deploy-result.ts'
import { giveUp } from './give-up.ts'
import { unfinishedOf, updateRecord } from './history.ts'
import type { ReleaseRecord } from './record.ts'
import type { Run } from './run.ts'

/**
 * Ends a release before any of its objects was applied: what is in force stays as it is. What an
 * earlier one has left half done is put back, as if it had been this one.
 */
export async function abandon(
  run: Run,
  record: ReleaseRecord,
  failure: ReleaseFailure,
): Promise<DeployResult> {
  const { cluster, plan, ports } = run
  if (unfinishedOf(plan.history).length > 0) {
    return giveUp(run, record, { rollout: undefined, failure })
  }
  ports.log.info(`The release failed before anything was changed: ${failure.cause}`)
  const finishedAt = ports.clock.now().toISOString()
  const ended = { ...record, outcome: 'abandoned' as const, finishedAt, cause: failure.cause }
  await updateRecord(cluster, ended, plan.release.address.namespace)
  return { ...resultOf(run, undefined), status: 'failed', changes: [], failure }
}
