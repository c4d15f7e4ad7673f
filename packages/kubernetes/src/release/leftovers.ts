import { holdsData } from '../apply/delete-objects.ts'
import type { Cluster } from '../client/cluster.ts'
import { identityOf, referenceOf } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import type { ReleaseAddress } from './history.ts'
import { oursAmong } from './ours.ts'
import type { ReleaseRecord } from './record.ts'

/**
 * What earlier releases applied and the wanted objects lack: the objects that are still there, and
 * that still say that they belong to this release. Kinds that hold data are left out.
 */
export async function leftoversOf(
  cluster: Cluster,
  history: readonly ReleaseRecord[],
  {
    wanted,
    address,
  }: {
    readonly wanted: readonly KubernetesObject[]
    readonly address: ReleaseAddress
  },
): Promise<readonly ObjectReference[]> {
  const keep = new Set(wanted.map((object) => identityOf(referenceOf(object))))
  const candidates = new Map<string, ObjectReference>()
  for (const object of history.flatMap(({ objects }) => objects)) {
    const reference = referenceOf(object)
    const identity = identityOf(reference)
    if (!keep.has(identity) && !holdsData(object)) candidates.set(identity, reference)
  }
  return oursAmong(cluster, [...candidates.values()], address)
}
