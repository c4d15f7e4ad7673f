import type { KubernetesObject } from '../object.ts'
import type { ClusterEvent } from './cluster-event.ts'
import type { Pod } from './pod.ts'

/** A workload as it should be and as the cluster has it. */
export interface ObservedWorkload {
  /** As it was applied. */
  readonly wanted: KubernetesObject
  /** As it is; undefined when it does not exist. */
  readonly live: KubernetesObject | undefined
}

/** What was seen of a namespace at one moment. */
export interface Observation {
  readonly workloads: readonly ObservedWorkload[]
  readonly pods: readonly Pod[]
  readonly replicaSets: readonly KubernetesObject[]
  /** Undefined where they may not be listed, or no Service is looked at. */
  readonly endpointSlices: readonly KubernetesObject[] | undefined
  readonly events: readonly ClusterEvent[]
  readonly serverTime: Date
}
