import { hasStatus } from '../client/api-error.ts'
import type { Cluster, ListQuery } from '../client/cluster.ts'
import { liveObjects } from '../client/live-objects.ts'
import { identityOf, referenceOf } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import { isAwaited } from './awaited.ts'
import { parseEvent } from './cluster-event.ts'
import type { Observation } from './observation.ts'
import { parsePod } from './pod.ts'

/** Which objects to look at, and whether the events of the namespace are needed. */
export interface ObservationRequest {
  readonly namespace: string
  readonly objects: readonly KubernetesObject[]
  readonly withEvents: boolean
}

/**
 * Looks at all that is waited for at once: one list of pods however many there are. Pods that are a
 * moment older than what their controller says of them can only speak against it.
 */
export async function observe(
  cluster: Cluster,
  { namespace, objects, withEvents }: ObservationRequest,
): Promise<Observation> {
  const wanted = objects.filter(isAwaited)
  // Only an event tells that a claim waits for its first pod.
  const hasClaims = wanted.some(({ kind }) => kind === 'PersistentVolumeClaim')
  const hasDeployments = wanted.some(({ kind }) => kind === 'Deployment')
  const [live, pods, replicaSets, endpointSlices, events] = await Promise.all([
    readAll(cluster, wanted.map(referenceOf)),
    cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace }),
    hasDeployments
      ? cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace })
      : undefined,
    listEndpointSlices(cluster, endpointSlicesOf(wanted, namespace)),
    withEvents || hasClaims
      ? cluster.list({ apiVersion: 'v1', kind: 'Event', namespace })
      : undefined,
  ])
  return {
    workloads: wanted.map((object) => ({
      wanted: object,
      live: live.get(identityOf(referenceOf(object))),
    })),
    pods: pods.items.map(parsePod),
    replicaSets: replicaSets?.items ?? [],
    endpointSlices,
    events: (events?.items ?? []).map(parseEvent),
    serverTime: pods.serverTime,
  }
}

/** More names than this make too long an address: the whole namespace is asked for then. */
const mostNames = 50

/** Where the endpoints of the Services among some objects are; undefined where there are none. */
export function endpointSlicesOf(
  objects: readonly KubernetesObject[],
  namespace: string,
): ListQuery | undefined {
  const names = objects
    .filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Service')
    .map(({ metadata }) => metadata.name)
  if (names.length === 0) return undefined
  const type = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace }
  if (names.length > mostNames) return type
  return { ...type, labelSelector: `kubernetes.io/service-name in (${names.sort().join(',')})` }
}

/** A Role from before Services were waited for lacks this rule: they need no endpoints then. */
async function listEndpointSlices(
  cluster: Cluster,
  query: ListQuery | undefined,
): Promise<readonly KubernetesObject[] | undefined> {
  if (query === undefined) return undefined
  try {
    return (await cluster.list(query)).items
  } catch (error) {
    if (!hasStatus(error, 403)) throw error
    return undefined
  }
}

/**
 * How objects are now, by their identity.
 * @throws {@link ApiError} for the first of them that may not be read.
 */
export async function readAll(
  cluster: Cluster,
  references: readonly ObjectReference[],
): Promise<ReadonlyMap<string, KubernetesObject>> {
  const { found, refused } = await liveObjects(cluster, references)
  for (const refusal of refused.values()) throw refusal
  return found
}
