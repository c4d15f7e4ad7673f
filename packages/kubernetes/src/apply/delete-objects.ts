import { forEachBounded } from '@oke-pipeline/core'
import type { Log } from '@oke-pipeline/core'
import type { Cluster } from '../client/cluster.ts'
import { nameOf } from '../object.ts'
import type { ObjectReference } from '../object.ts'
import { inWaves } from './order.ts'

const kindsWithData = [
  'PersistentVolumeClaim',
  'PersistentVolume',
  'CustomResourceDefinition',
  'Namespace',
]

/** Whether deleting an object would delete data, or what others use: never done without being told. */
export function holdsData({ kind }: Pick<ObjectReference, 'kind'>): boolean {
  return kindsWithData.includes(kind)
}

const deletionsAtATime = 16

/** Deletes objects, those that depend on others first; those of one kind at the same time. */
export async function deleteObjects(
  cluster: Cluster,
  references: readonly ObjectReference[],
  log: Log,
): Promise<void> {
  const waves = inWaves(references, (reference) => reference)
  for (const wave of [...waves].reverse()) {
    await forEachBounded(wave, { limit: deletionsAtATime }, async (reference) => {
      log.info(`Deleting ${nameOf(reference)}: it is not part of the release.`)
      await cluster.delete(reference)
    })
  }
}

/** Asks whether these objects could be deleted, so that a refusal shows before anything changes. */
export async function checkDeletable(
  cluster: Cluster,
  references: readonly ObjectReference[],
): Promise<void> {
  await forEachBounded(references, { limit: deletionsAtATime }, async (reference) => {
    // A kind whose definition is still to be applied cannot be asked about.
    if ((await cluster.resourceOf(reference)) === undefined) return
    await cluster.delete(reference, { isDryRun: true })
  })
}
