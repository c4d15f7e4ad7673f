import type { ObjectReference } from '../object.ts'

/** What others refer to comes first, what runs after it; then what has no place here: custom kinds. */
const first: readonly string[] = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'CSIDriver',
  'IngressClass',
  'GatewayClass',
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
  'ReplicationController',
  'ReplicaSet',
  'DaemonSet',
  'StatefulSet',
  'Deployment',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'Ingress',
]

/** What the server asks about every request from then on: what answers has to run before. */
const last: readonly string[] = [
  'APIService',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
]

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
  const early = first.indexOf(kind)
  return early === -1 ? first.length + 1 + last.indexOf(kind) : early
}
