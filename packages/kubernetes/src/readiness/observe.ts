import { hasStatus } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import { liveObjects } from '../client/live-objects.ts'
import { identityOf, referenceOf } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import { isAwaited } from './awaited.ts'
import { parseEvent } from './cluster-event.ts'
import { parsePod } from './pod.ts'
import type { Observation } from './workload-state.ts'

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
    selectsPods(wanted) ? listEndpointSlices(cluster, namespace) : undefined,
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

/** Whether some of the objects are Services, which need endpoints. */
export function selectsPods(objects: readonly KubernetesObject[]): boolean {
  return objects.some(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Service')
}

/** A Role from before Services were waited for lacks this rule: they need no endpoints then. */
async function listEndpointSlices(
  cluster: Cluster,
  namespace: string,
): Promise<readonly KubernetesObject[] | undefined> {
  try {
    return (await cluster.list({ ...endpointSliceType, namespace })).items
  } catch (error) {
    if (!hasStatus(error, 403)) throw error
    return undefined
  }
}

/** Where the endpoints of Services are. */
export const endpointSliceType = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' }

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
