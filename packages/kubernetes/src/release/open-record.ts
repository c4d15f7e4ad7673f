import type { Cluster } from '../client/cluster.ts'
import { createRecord, trimHistory, updateRecord } from './history.ts'
import type { ReleasePlan } from './plan-release.ts'
import type { ReleaseRecord } from './record.ts'
import type { Run } from './run.ts'

/**
 * Writes down what is about to be done, before anything is: whoever finds it can undo it. Records
 * that are too old go now, so that nothing but the outcome is left to write at the end.
 */
export async function openRecord({ cluster, plan, startedAt }: Run): Promise<ReleaseRecord> {
  const pending = pendingRecord(plan, startedAt)
  const record = await createRecord(cluster, pending, plan.release.address.namespace)
  await closeInterrupted(cluster, plan)
  await trimHistory(cluster, plan.release.address, plan.current?.revision)
  return record
}

function pendingRecord(plan: ReleasePlan, startedAt: Date): ReleaseRecord {
  const { release, current } = plan
  return {
    schema: 'release/v2',
    release: release.address.release,
    revision: plan.revision,
    outcome: 'pending',
    image: { ...release.image, observable: [...release.image.observable] },
    objects: plan.objects.map(({ manifest }) => manifest.object),
    hooks: [...plan.hooks],
    before: [...plan.before],
    source: release.source,
    startedAt: startedAt.toISOString(),
    ...(current === undefined ? {} : { previousRevision: current.revision }),
  }
}

/** A release that was interrupted, and that nobody rolled back, is overtaken by this one. */
async function closeInterrupted(cluster: Cluster, plan: ReleasePlan): Promise<void> {
  const { namespace } = plan.release.address
  for (const record of plan.history.filter(({ outcome }) => outcome === 'pending')) {
    const cause = 'was interrupted, and overtaken by the next one'
    await updateRecord(cluster, { ...record, outcome: 'failed', cause }, namespace)
  }
}
