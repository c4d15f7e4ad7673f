import { fieldOf, isJsonObject, objectsOf } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { current, inProgress } from './object-status.ts'
import type { ObjectStatus } from './object-status.ts'
import { isActive, isReady } from './pod.ts'
import type { Pod } from './pod.ts'

/** An Ingress, or what else a load balancer stands before: it needs an address. */
export function addressStatus(object: KubernetesObject): ObjectStatus {
  const addresses = objectsOf(fieldOf(object, 'status', 'loadBalancer', 'ingress'))
  if (addresses.length > 0) return current
  const ingressClass = fieldOf(object, 'spec', 'ingressClassName')
  const controller =
    object.kind === 'Ingress' && typeof ingressClass === 'string'
      ? ` from a controller of the class "${ingressClass}"`
      : ''
  return inProgress(`has got no address${controller} yet`)
}

/** What a Service stands before; undefined where it may not be looked at. */
export interface Backends {
  readonly pods: readonly Pod[]
  readonly endpointSlices: readonly KubernetesObject[] | undefined
}

/** A Service: a load balancer with an address, and endpoints where it selects pods. */
export function serviceStatus(service: KubernetesObject, backends: Backends): ObjectStatus {
  const type = fieldOf(service, 'spec', 'type')
  if (type === 'ExternalName') return current
  const endpoints = endpointStatus(service, backends)
  if (endpoints.state !== 'current' || type !== 'LoadBalancer') return endpoints
  return addressStatus(service)
}

function endpointStatus(
  service: KubernetesObject,
  { pods, endpointSlices }: Backends,
): ObjectStatus {
  const selector = fieldOf(service, 'spec', 'selector')
  if (!isJsonObject(selector) || Object.keys(selector).length === 0) return current
  const selected = pods.filter(
    (pod) =>
      isActive(pod) &&
      Object.entries(selector).every(([name, value]) => pod.metadata.labels[name] === value),
  )
  // What it is for may be scaled to zero, or be of another release.
  if (selected.length === 0) return { ...current, message: 'selects no pod' }
  if (!selected.some(isReady)) return inProgress('none of the pods that it selects is ready')
  if (endpointSlices === undefined || hasEndpoint(service, endpointSlices)) return current
  return inProgress('has no endpoint yet')
}

function hasEndpoint(
  { metadata }: KubernetesObject,
  endpointSlices: readonly KubernetesObject[],
): boolean {
  return endpointSlices
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name)
    .flatMap((slice) => objectsOf(slice.endpoints))
    .some((endpoint) => fieldOf(endpoint, 'conditions', 'ready') !== false)
}
