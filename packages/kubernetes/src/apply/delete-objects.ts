import type { Log } from '@oke-pipeline/core'
import type { Cluster } from '../client/cluster.ts'
import { nameOf } from '../object.ts'
import type { ObjectReference } from '../object.ts'

const kindsWithData = ['PersistentVolumeClaim', 'PersistentVolume', 'CustomResourceDefinition']

/** Whether deleting an object would delete data, or what other namespaces use: we never do. */
export function holdsData({ kind }: Pick<ObjectReference, 'kind'>): boolean {
  return kindsWithData.includes(kind)
}

/** Deletes objects, those that depend on others first. */
export async function deleteObjects(
  cluster: Cluster,
  references: readonly ObjectReference[],
  log: Log,
): Promise<void> {
  for (const reference of [...references].reverse()) {
    log.info(`Deleting ${nameOf(reference)}: it is not part of the release.`)
    await cluster.delete(reference)
  }
}

/** Asks whether these objects could be deleted, so that a refusal shows before anything changes. */
export async function checkDeletable(
  cluster: Cluster,
  references: readonly ObjectReference[],
): Promise<void> {
  for (const reference of references) {
    // A kind whose definition is still to be applied cannot be asked about.
    if ((await cluster.resourceOf(reference)) === undefined) continue
    await cluster.delete(reference, { isDryRun: true })
  }
}
