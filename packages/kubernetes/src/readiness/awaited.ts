import { isWorkload } from '../manifest/pod-template.ts'
import { groupOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'

/** Set to `none`, it keeps an object from being waited for. */
const waitAnnotation = 'oke-pipeline.dev/wait'

const awaitedKinds = [
  '/Service',
  '/PersistentVolumeClaim',
  'networking.k8s.io/Ingress',
  'gateway.networking.k8s.io/Gateway',
  'apiextensions.k8s.io/CustomResourceDefinition',
]

/** Whether applying an object is not all: something has to become of it. */
export function isAwaited(object: KubernetesObject): boolean {
  if (object.metadata.annotations?.[waitAnnotation] === 'none') return false
  const group = groupOf(object.apiVersion)
  return (
    isWorkload(object) ||
    isRoute(object) ||
    awaitedKinds.includes(`${group}/${object.kind}`) ||
    isCustom(group)
  )
}

/** Whether an object is a route of the Gateway API. */
export function isRoute({ apiVersion, kind }: KubernetesObject): boolean {
  return groupOf(apiVersion) === 'gateway.networking.k8s.io' && kind.endsWith('Route')
}

/** Kubernetes' own groups have no dot in their name, or end with its domain. */
function isCustom(group: string): boolean {
  return group.includes('.') && !/(?:^|\.)k8s\.io$/.test(group)
}
