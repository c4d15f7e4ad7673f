import { deleteObjects } from '../apply/delete-objects.ts'
import type { RolloutOutcome } from '../readiness/wait-until-ready.ts'
import { resultOf } from './deploy-result.ts'
import type { DeployResult } from './deploy-result.ts'
import { updateRecord } from './history.ts'
import type { ReleaseRecord } from './record.ts'
import type { Run } from './run.ts'

/** Makes a release that is ready the one in force, and deletes what it no longer has. */
export async function putInForce(
  run: Run,
  record: ReleaseRecord,
  rollout: RolloutOutcome | undefined,
): Promise<DeployResult> {
  const { cluster, plan, ports } = run
  await recordInForce(run, record)
  await deleteObjects(cluster, plan.leftovers, ports.log)
  return { ...resultOf(run, rollout), status: 'deployed', deleted: plan.leftovers }
}

/**
 * What is ready stays, even if the job is cancelled at this moment: rolling it back after its
 * record says that it is in force would leave a record that lies.
 */
async function recordInForce(
  { cluster, plan, ports, lock }: Run,
  record: ReleaseRecord,
): Promise<void> {
  const { namespace } = plan.release.address
  const lasting = cluster.until(lock.lost)
  const finishedAt = ports.clock.now().toISOString()
  await updateRecord(lasting, { ...record, outcome: 'deployed', finishedAt }, namespace)
  if (plan.current === undefined) return
  await updateRecord(lasting, { ...plan.current, outcome: 'superseded' }, namespace)
}
