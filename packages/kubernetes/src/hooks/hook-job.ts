import { createHash } from 'node:crypto'
import { ServiceError } from '@oke-pipeline/core'
import type { Clock } from '@oke-pipeline/core'
import type { Cluster } from '../client/cluster.ts'
import { canonicalJson, fieldOf, objectsOf } from '../json.ts'
import { nameOf, withMetadata } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'

const hashAnnotation = 'oke-pipeline.dev/hook-hash'
const revisionAnnotation = 'oke-pipeline.dev/hook-revision'

/** The Job of a hook as one revision runs it: found again by the run that goes on in its place. */
export function jobOfRevision(job: KubernetesObject, revision: number): KubernetesObject {
  const hash = createHash('sha256').update(canonicalJson(job)).digest('hex').slice(0, 16)
  return withMetadata(job, {
    annotations: {
      ...job.metadata.annotations,
      [hashAnnotation]: hash,
      [revisionAnnotation]: revision.toFixed(0),
    },
  })
}

/**
 * Whether the Job that is there is the one that is wanted, so that it must not be started again: it
 * runs, or it has done its work for a release that was interrupted.
 */
export function isGoneOnWith(
  live: KubernetesObject,
  wanted: KubernetesObject,
  interrupted: readonly number[],
): boolean {
  const { annotations = {} } = live.metadata
  if (annotations[hashAnnotation] !== wanted.metadata.annotations?.[hashAnnotation]) return false
  if (live.metadata.deletionTimestamp !== undefined || hasCondition(live, 'Failed')) return false
  return (
    !hasCondition(live, 'Complete') || interrupted.includes(Number(annotations[revisionAnnotation]))
  )
}

function hasCondition(job: KubernetesObject, type: string): boolean {
  return objectsOf(fieldOf(job, 'status', 'conditions')).some(
    (condition) => condition.type === type && condition.status === 'True',
  )
}

/** Longer than pods are given to end. */
const secondsToVanish = 90

/** Deletes what an earlier run has made, its pods first: two of them must not run together. */
export async function deleteWithPods(
  cluster: Cluster,
  reference: ObjectReference,
  clock: Clock,
): Promise<void> {
  await cluster.delete(reference, { isForeground: true })
  for (let waited = 0; (await cluster.get(reference)) !== undefined; waited += 0.5) {
    if (waited >= secondsToVanish) {
      throw new ServiceError({
        service: cluster.service,
        title: `${nameOf(reference)} of an earlier release does not end`,
        explanation: `It was deleted, but is still there after ${secondsToVanish} s.`,
        remedy: 'Look at its pods and its finalizers.',
      })
    }
    await clock.sleep(0.5)
  }
}
