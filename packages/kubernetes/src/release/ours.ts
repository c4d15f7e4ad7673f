import type { Cluster } from '../client/cluster.ts'
import { liveObjects } from '../client/live-objects.ts'
import { identityOf, withMetadata } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import type { ReleaseAddress } from './history.ts'

/** The annotation by which an object says which release applied it. */
export const releaseAnnotation = 'oke-pipeline.dev/release'

/** The object with the annotation that makes it ours. */
export function markedAsOurs(object: KubernetesObject, release: string): KubernetesObject {
  return withMetadata(object, {
    annotations: { ...object.metadata.annotations, [releaseAnnotation]: release },
  })
}

/** Those of some objects that exist and say that they belong to the release: only such are deleted. */
export async function oursAmong(
  cluster: Cluster,
  references: readonly ObjectReference[],
  { release }: ReleaseAddress,
): Promise<readonly KubernetesObject[]> {
  // A kind whose definition is gone has no objects left.
  const { found, refused } = await liveObjects(cluster, references)
  for (const refusal of refused.values()) throw refusal
  return references
    .flatMap((reference) => found.get(identityOf(reference)) ?? [])
    .filter((live) => releaseOf(live) === release)
}

/** The release that an object says it belongs to. */
export function releaseOf({ metadata }: KubernetesObject): string | undefined {
  return metadata.annotations?.[releaseAnnotation]
}
