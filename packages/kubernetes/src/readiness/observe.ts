import type { Cluster } from '../client/cluster.ts'
import { liveObjects } from '../client/live-objects.ts'
import { isWorkload } from '../manifest/pod-template.ts'
import { identityOf, referenceOf } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import { parseEvent } from './cluster-event.ts'
import { parsePod } from './pod.ts'
import type { Observation } from './workload-state.ts'

/** Which objects to look at, and whether the events of the namespace are needed. */
export interface ObservationRequest {
  readonly namespace: string
  readonly objects: readonly KubernetesObject[]
  readonly withEvents: boolean
}

/** Looks at all workloads at once: one list of pods however many there are. */
export async function observe(
  cluster: Cluster,
  { namespace, objects, withEvents }: ObservationRequest,
): Promise<Observation> {
  const wanted = objects.filter(isWorkload)
  const hasDeployments = wanted.some(({ kind }) => kind === 'Deployment')
  // The workloads first: pods that are listed later cannot be older than what they say.
  const live = await readAll(cluster, wanted.map(referenceOf))
  const [pods, replicaSets, events] = await Promise.all([
    cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace }),
    hasDeployments
      ? cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace })
      : undefined,
    withEvents ? cluster.list({ apiVersion: 'v1', kind: 'Event', namespace }) : undefined,
  ])
  return {
    workloads: wanted.map((object) => ({
      wanted: object,
      live: live.get(identityOf(referenceOf(object))),
    })),
    pods: pods.items.map(parsePod),
    replicaSets: replicaSets?.items ?? [],
    events: (events?.items ?? []).map(parseEvent),
    serverTime: pods.serverTime,
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
