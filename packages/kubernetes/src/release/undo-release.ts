import { applyObjects } from '../apply/apply-objects.ts'
import { deleteObjects, holdsData } from '../apply/delete-objects.ts'
import type { Cluster } from '../client/cluster.ts'
import { liveObjects } from '../client/live-objects.ts'
import { identityOf, referenceOf } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import { waitUntilReady } from '../readiness/wait-until-ready.ts'
import type { RolloutOutcome, WaitPorts } from '../readiness/wait-until-ready.ts'
import type { Endurance } from '../readiness/workload-state.ts'
import type { ReleaseAddress } from './history.ts'
import { oursAmong } from './ours.ts'
import type { ReleaseRecord } from './record.ts'
import { wantedImageOf } from './wanted-image.ts'

/** A release to undo. */
export interface Undoing {
  readonly address: ReleaseAddress
  readonly record: ReleaseRecord
  /** The release that was in force before it; absent if it was the first. */
  readonly previous: ReleaseRecord | undefined
}

/**
 * Puts back what was there before a release: the objects of the previous one, and those that no
 * release of ours had made as they were; deletes what was not there. May be done again, and from
 * any point at which the release was interrupted.
 */
export async function restore(cluster: Cluster, undoing: Undoing, ports: WaitPorts): Promise<void> {
  const restored = objectsToRestore(undoing)
  const { found } = await liveObjects(cluster, restored.map(referenceOf))
  const objects = restored.map((object) => ({
    object,
    live: found.get(identityOf(referenceOf(object))),
  }))
  // Whoever has changed a field in the meantime: all has to be as it was.
  const policy = { isForced: true, isRecreating: true }
  await applyObjects(cluster, objects, { clock: ports.clock, policy })
  const added = await oursAmong(cluster, objectsToDelete(undoing), undoing.address)
  await deleteObjects(cluster, added.map(referenceOf), ports.log)
}

/** How what was put back is waited for. */
export interface RestorationWait {
  readonly timeoutSeconds: number
  readonly endurance: Endurance
  /** When it was begun to be put back. */
  readonly since: Date
  readonly ports: WaitPorts
}

/** Waits until what was put back is ready, with its own digest. */
export async function waitUntilRestored(
  cluster: Cluster,
  undoing: Undoing,
  { timeoutSeconds, endurance, since, ports }: RestorationWait,
): Promise<RolloutOutcome> {
  const { previous, address } = undoing
  const rollout = {
    namespace: address.namespace,
    objects: objectsToRestore(undoing),
    // What was there before the first release is of others: it only has to be ready.
    demands: previous === undefined ? {} : { image: wantedImageOf(previous.image), ...endurance },
    timeoutSeconds,
    since,
  }
  return waitUntilReady(cluster, rollout, ports)
}

/** A Job is not run again: it was done with the release that it belongs to. */
function objectsToRestore({ record, previous }: Undoing): readonly KubernetesObject[] {
  const objects = previous?.objects ?? []
  const known = identitiesOf(objects)
  const before = record.before.flatMap(({ object }) => object ?? [])
  return [
    ...objects,
    ...before.filter((object) => !known.has(identityOf(referenceOf(object)))),
  ].filter(({ kind }) => kind !== 'Job')
}

function objectsToDelete({ record, previous }: Undoing): readonly ObjectReference[] {
  const known = identitiesOf(previous?.objects ?? [])
  return record.before
    .filter(({ object }) => object === null)
    .filter((reference) => !holdsData(reference) && !known.has(identityOf(reference)))
}

function identitiesOf(objects: readonly KubernetesObject[]): ReadonlySet<string> {
  return new Set(objects.map((object) => identityOf(referenceOf(object))))
}
