import { fieldOf } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import type { ClusterEvent } from './cluster-event.ts'
import { current, failed, inProgress } from './object-status.ts'
import type { ObjectStatus } from './object-status.ts'

/** What the volume controller says of a claim whose class binds it only once a pod is placed. */
const waitReasons = ['WaitForFirstConsumer', 'WaitForPodScheduled']

/**
 * A claim for a volume: bound, or waiting for a pod that uses it
 * (https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode). Whether it
 * is bound in the end is then what that pod's readiness tells.
 */
export function claimStatus(
  claim: KubernetesObject,
  events: readonly ClusterEvent[],
): ObjectStatus {
  const phase = fieldOf(claim, 'status', 'phase')
  if (phase === 'Bound') return current
  if (phase === 'Lost') return failed('has lost its volume')
  const waits = events.some(
    ({ objectUid, reason }) => objectUid === claim.metadata.uid && waitReasons.includes(reason),
  )
  if (waits) return { ...current, message: 'waits for the first pod that uses it' }
  return inProgress('is not bound to a volume yet')
}
