import type { ObjectReference } from '../object.ts'

/** What others refer to comes first, what runs comes last. */
const order = [
  'CustomResourceDefinition',
  'PriorityClass',
  'StorageClass',
  'ResourceQuota',
  'LimitRange',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'NetworkPolicy',
  'ConfigMap',
  'Secret',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Service',
  'PodDisruptionBudget',
  'Pod',
  'ReplicaSet',
  'DaemonSet',
  'StatefulSet',
  'Deployment',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
] as const

/** Sorts items into the order in which their objects are applied; equal kinds stay as they are. */
export function inApplyOrder<T>(
  items: readonly T[],
  objectOf: (item: T) => Pick<ObjectReference, 'kind'>,
): readonly T[] {
  return [...items].sort((a, b) => rankOf(objectOf(a)) - rankOf(objectOf(b)))
}

/**
 * The same in waves: what is in one wave does not depend on each other, and may be applied at the
 * same time.
 */
export function inWaves<T>(
  items: readonly T[],
  objectOf: (item: T) => Pick<ObjectReference, 'kind'>,
): readonly (readonly T[])[] {
  const waves = Map.groupBy(inApplyOrder(items, objectOf), (item) => rankOf(objectOf(item)))
  return [...waves.values()]
}

function rankOf({ kind }: Pick<ObjectReference, 'kind'>): number {
  const rank = order.findIndex((known) => known === kind)
  return rank === -1 ? order.length : rank
}
