import { GateError } from '@oke-pipeline/core'
import { holdsData } from '../apply/delete-objects.ts'
import type { Cluster } from '../client/cluster.ts'
import { identityOf, nameOf, referenceOf } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import type { ReleaseAddress } from './history.ts'
import { oursAmong } from './ours.ts'
import type { ReleaseRecord } from './record.ts'

/**
 * What earlier releases applied and the wanted objects lack: the objects that are still there, and
 * that still say that they belong to this release. Those that are to be kept are left out, as are
 * kinds that hold data unless an object says that it may go.
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
    if (!keep.has(identity) && mayGo(object)) candidates.set(identity, reference)
  }
  const ours = await oursAmong(cluster, [...candidates.values()], address)
  return ours.filter(mayGo).map(referenceOf)
}

const pruneAnnotation = 'oke-pipeline.dev/prune'

/** Whether an object may be deleted once no manifest has it. */
function mayGo(object: KubernetesObject): boolean {
  const { annotations = {} } = object.metadata
  if (annotations['helm.sh/resource-policy'] === 'keep') return false
  const told = annotations[pruneAnnotation]
  return told === undefined ? !holdsData(object) : told === 'delete'
}

/**
 * Makes sure that no more is deleted than is allowed at once: manifests that were forgotten look
 * like objects that nobody wants any more.
 * @throws GateError that names the objects.
 */
export function holdToCeiling(
  leftovers: readonly ObjectReference[],
  maxPrune: number | undefined,
): void {
  if (maxPrune === undefined || leftovers.length <= maxPrune) return
  throw new GateError({
    title: `${leftovers.length} objects would be deleted, ${maxPrune} are allowed`,
    explanation: `The manifests no longer have them: ${namesOf(leftovers)}. Nothing has been changed.`,
    remedy: 'Check that "manifests" is complete; if they are meant to go, raise "max-prune".',
  })
}

const shownNames = 20

function namesOf(references: readonly ObjectReference[]): string {
  const hidden = references.length - shownNames
  const names = references.slice(0, shownNames).map(nameOf).join(', ')
  return hidden > 0 ? `${names} and ${hidden} more` : names
}
