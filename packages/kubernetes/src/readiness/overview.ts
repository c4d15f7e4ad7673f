import type { ClusterEvent } from './cluster-event.ts'
import { isStuck } from './node-trouble.ts'
import type { Observation } from './observation.ts'
import { Ownership } from './ownership.ts'

/** An observation, sorted once for all workloads that are judged by it: there may be thousands. */
export interface Overview {
  readonly observation: Observation
  readonly ownership: Ownership
  /** Warnings of late about objects with these uids, in the order in which they were observed. */
  readonly warningsOf: (uids: readonly string[]) => readonly ClusterEvent[]
  /** Whether a pod is about to go, and to make room. */
  readonly isPodEnding: boolean
  /**
   * Pods, by uid, for which the cluster autoscaler adds a node
   * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md).
   */
  readonly scaledUpFor: ReadonlySet<string>
}

/** Sorts what was observed. */
export function overviewOf(observation: Observation): Overview {
  const { pods, events, serverTime } = observation
  const warnings = events.filter(
    ({ isWarning, lastSeen }) => isWarning && isRecent(lastSeen, serverTime),
  )
  const places = Map.groupBy(warnings.keys(), (place) => warnings[place]?.objectUid)
  return {
    observation,
    ownership: new Ownership(observation),
    warningsOf: (uids) =>
      // What makes the pods may be the workload itself: its warnings count once.
      [...new Set(uids)]
        .flatMap((uid) => places.get(uid) ?? [])
        .sort((a, b) => a - b)
        .flatMap((place) => warnings[place] ?? []),
    isPodEnding: pods.some(
      (pod) => pod.metadata.deletionTimestamp !== undefined && !isStuck(pod, serverTime),
    ),
    scaledUpFor: new Set(
      events
        .filter(({ reason }) => reason === 'TriggeredScaleUp')
        .map(({ objectUid }) => objectUid),
    ),
  }
}

/** Events stay for an hour after what they tell of has passed. */
function isRecent(lastSeen: Date, serverTime: Date): boolean {
  return serverTime.getTime() - lastSeen.getTime() < 120_000
}
