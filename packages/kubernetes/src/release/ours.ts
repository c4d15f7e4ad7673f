import type { Cluster } from '../client/cluster.ts'
import { withMetadata } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import type { ReleaseAddress } from './history.ts'

/** The annotation by which an object says which release applied it. */
const releaseAnnotation = 'oke-pipeline.dev/release'

/** The object with the annotation that makes it ours. */
export function markedAsOurs(object: KubernetesObject, release: string): KubernetesObject {
  return withMetadata(object, {
    annotations: { ...object.metadata.annotations, [releaseAnnotation]: release },
  })
}

/** Whether an object exists and says that it belongs to the release: only such are deleted. */
export async function isOurs(
  cluster: Cluster,
  reference: ObjectReference,
  { release }: ReleaseAddress,
): Promise<boolean> {
  // A kind whose definition is gone has no objects left.
  if ((await cluster.resourceOf(reference)) === undefined) return false
  const live = await cluster.get(reference)
  return live?.metadata.annotations?.[releaseAnnotation] === release
}
