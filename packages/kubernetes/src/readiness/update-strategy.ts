import { fieldOf } from '../json.ts'
import type { KubernetesObject } from '../object.ts'

/** Which pods of a workload its controller leaves at an old revision. */
export interface UpdateStrategy {
  /** Whether pods are replaced only once somebody deletes them. */
  readonly isOnDelete: boolean
  /** How many pods, from the first on, keep the old revision. */
  readonly partition: number
}

/**
 * The update strategy of a StatefulSet or DaemonSet; of other kinds, one that replaces every pod
 * (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies).
 */
export function updateStrategyOf(object: KubernetesObject): UpdateStrategy {
  const isStateful = object.kind === 'StatefulSet'
  if (!isStateful && object.kind !== 'DaemonSet') return { isOnDelete: false, partition: 0 }
  const strategy = fieldOf(object, 'spec', 'updateStrategy')
  const partition = isStateful ? fieldOf(strategy, 'rollingUpdate', 'partition') : 0
  return {
    isOnDelete: fieldOf(strategy, 'type') === 'OnDelete',
    partition: typeof partition === 'number' ? partition : 0,
  }
}
