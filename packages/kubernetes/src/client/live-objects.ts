import { forEachBounded } from '@oke-pipeline/core'
import { identityOf, referenceOf } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import { hasStatus, isRefusal } from './api-error.ts'
import type { ApiError } from './api-error.ts'
import type { Cluster } from './cluster.ts'

/** Objects of one kind in one namespace from which on one list costs less than asking for each. */
const worthListing = 4
const requestsAtATime = 16

/** How objects are now, by their identity. */
export interface LiveObjects {
  readonly found: ReadonlyMap<string, KubernetesObject>
  /** Those that may not be read. */
  readonly refused: ReadonlyMap<string, ApiError>
}

/**
 * Reads how objects are now: many of one kind by one list, where that is allowed, others one by
 * one. Kinds that the server does not know have no objects.
 */
export async function liveObjects(
  cluster: Cluster,
  references: readonly ObjectReference[],
): Promise<LiveObjects> {
  const live = { found: new Map<string, KubernetesObject>(), refused: new Map<string, ApiError>() }
  await forEachBounded([...groups(references).values()], { limit: requestsAtATime }, (group) =>
    readGroup(cluster, group, live),
  )
  return live
}

/** The same while it is being read. */
interface Reading {
  readonly found: Map<string, KubernetesObject>
  readonly refused: Map<string, ApiError>
}

function groups(
  references: readonly ObjectReference[],
): ReadonlyMap<string, readonly ObjectReference[]> {
  return Map.groupBy(references, ({ apiVersion, kind, namespace = '' }) =>
    [apiVersion, kind, namespace].join(' '),
  )
}

async function readGroup(
  cluster: Cluster,
  group: readonly ObjectReference[],
  reading: Reading,
): Promise<void> {
  const listed = group.length < worthListing ? undefined : await listLike(cluster, group)
  if (listed === undefined) {
    await forEachBounded(group, { limit: requestsAtATime }, (reference) =>
      readOne(cluster, reference, reading),
    )
    return
  }
  const wanted = new Set(group.map(identityOf))
  for (const object of listed) {
    const identity = identityOf(referenceOf(object))
    if (wanted.has(identity)) reading.found.set(identity, object)
  }
}

/** All objects of the kind and namespace of a group; undefined where they may not be listed. */
async function listLike(
  cluster: Cluster,
  [first]: readonly ObjectReference[],
): Promise<readonly KubernetesObject[] | undefined> {
  if (first?.namespace === undefined || (await cluster.resourceOf(first)) === undefined) {
    return undefined
  }
  const { apiVersion, kind, namespace } = first
  try {
    return (await cluster.list({ apiVersion, kind, namespace })).items
  } catch (error) {
    // The role may let us read single objects only.
    if (!hasStatus(error, 403)) throw error
    return undefined
  }
}

async function readOne(
  cluster: Cluster,
  reference: ObjectReference,
  { found, refused }: Reading,
): Promise<void> {
  const identity = identityOf(reference)
  try {
    if ((await cluster.resourceOf(reference)) === undefined) return
    const object = await cluster.get(reference)
    if (object !== undefined) found.set(identity, object)
  } catch (error) {
    if (!isRefusal(error)) throw error
    refused.set(identity, error)
  }
}
