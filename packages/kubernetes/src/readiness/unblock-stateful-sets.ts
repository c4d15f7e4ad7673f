import type { Log } from '@oke-pipeline/core'
import type { Cluster } from '../client/cluster.ts'
import { fieldOf } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import type { Observation } from './observation.ts'
import { Ownership } from './ownership.ts'
import { isActive, isReady } from './pod.ts'
import type { Pod } from './pod.ts'
import { isSeen } from './status.ts'
import { updateStrategyOf } from './update-strategy.ts'

/** What was seen, and what has been done about it. */
export interface Blockage {
  readonly observation: Observation
  /** Pods, by uid, that were deleted before: they may be seen for a moment longer. */
  readonly unblocked: Set<string>
  readonly log: Log
}

/**
 * Deletes pods of an old revision that are not ready, of StatefulSets that update one pod after
 * the other: their controller waits for such a pod to become ready before it replaces it, which a
 * broken one never does
 * (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback).
 */
export async function unblockStatefulSets(
  cluster: Cluster,
  { observation, unblocked, log }: Blockage,
): Promise<void> {
  const sets = observation.workloads.flatMap(({ live }) =>
    live?.kind === 'StatefulSet' && isSeen(live) ? live : [],
  )
  if (sets.length === 0) return
  const ownership = new Ownership(observation)
  for (const live of sets) {
    const { all, latest } = ownership.podsOf(live)
    const { isOnDelete, partition } = updateStrategyOf(live)
    if (isOnDelete) continue
    const stuck = all.filter(
      (pod) =>
        !latest.includes(pod) && isActive(pod) && !isReady(pod) && indexOf(pod, live) >= partition,
    )
    for (const { metadata } of stuck) {
      if (unblocked.has(metadata.uid)) continue
      unblocked.add(metadata.uid)
      log.info(`Deleting pod ${metadata.name}: it is of an old revision and blocks the update.`)
      await cluster.delete({
        apiVersion: 'v1',
        kind: 'Pod',
        name: metadata.name,
        namespace: live.metadata.namespace,
      })
    }
  }
}

/** The position of a pod, which a partition counts by, whatever ordinal the first pod has. */
function indexOf({ metadata }: Pod, live: KubernetesObject): number {
  const start = fieldOf(live, 'spec', 'ordinals', 'start')
  const ordinal = Number(/\d+$/.exec(metadata.name)?.[0] ?? 0)
  return ordinal - (typeof start === 'number' ? start : 0)
}
