import { ServiceError, forEachBounded } from '@oke-pipeline/core'
import type { Clock } from '@oke-pipeline/core'
import type { Cluster } from '../client/cluster.ts'
import { nameOf, referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { adopt } from './adoption.ts'
import { inWaves } from './order.ts'
import type { ApplyPolicy } from './policy.ts'
import { leftToAutoscaler } from './scaled-replicas.ts'

/** An object to apply, and whether the one that is there has to go first. */
export interface ObjectToApply {
  readonly object: KubernetesObject
  readonly isReplaced?: boolean
  /** What is there now: what former managers own in it becomes ours. */
  readonly live: KubernetesObject | undefined
}

/** How objects are applied. */
export interface Applying {
  readonly clock: Clock
  readonly policy: ApplyPolicy
}

const objectsAtATime = 8

/** Applies objects in the order that their kinds need; those of one kind at the same time. */
export async function applyObjects(
  cluster: Cluster,
  objects: readonly ObjectToApply[],
  applying: Applying,
): Promise<void> {
  for (const wave of inWaves(objects, (item) => item.object)) {
    await forEachBounded(wave, { limit: objectsAtATime }, (item) =>
      applyOne(cluster, item, applying),
    )
  }
}

async function applyOne(
  cluster: Cluster,
  { object, isReplaced, live }: ObjectToApply,
  { clock, policy }: Applying,
): Promise<void> {
  if (isReplaced === true) await deleteAndWait(cluster, object, clock)
  if (object.kind !== 'CustomResourceDefinition') await waitForKind(cluster, object, clock)
  if (live !== undefined && isReplaced !== true) await adopt(cluster, object, live)
  await cluster.apply(leftToAutoscaler(object, live), { isForced: policy.isForced })
}

const secondsToVanish = 30
const secondsToBeServed = 15

async function deleteAndWait(
  cluster: Cluster,
  object: KubernetesObject,
  clock: Clock,
): Promise<void> {
  const reference = referenceOf(object)
  await cluster.delete(reference)
  for (let waited = 0; (await cluster.get(reference)) !== undefined; waited += 1) {
    if (waited >= secondsToVanish) {
      throw new ServiceError({
        service: cluster.service,
        title: `${nameOf(reference)} cannot be replaced`,
        explanation: `It was deleted, but is still there after ${secondsToVanish} s.`,
        remedy: 'Look which finalizer it has.',
      })
    }
    await clock.sleep(1)
  }
}

/** A kind whose definition was applied a moment ago is not served at once. */
async function waitForKind(
  cluster: Cluster,
  object: KubernetesObject,
  clock: Clock,
): Promise<void> {
  for (let waited = 0; (await cluster.resourceOf(object)) === undefined; waited += 1) {
    if (waited >= secondsToBeServed) {
      throw new ServiceError({
        service: cluster.service,
        title: `${nameOf(referenceOf(object))} cannot be applied`,
        explanation: `The cluster does not know the kind "${object.kind}" of "${object.apiVersion}".`,
        remedy: 'Check the custom resource definition that comes with it.',
      })
    }
    await clock.sleep(1)
  }
}
