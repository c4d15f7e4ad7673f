import { fieldOf, objectsOf } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { conditionIn, conditionOf, current, failed, inProgress } from './object-status.ts'
import type { Condition, ObjectStatus } from './object-status.ts'

/**
 * The status of a custom resource by the conditions that most controllers agree on, as kstatus and
 * its `Ready`, `Reconciling` and `Stalled` have them. One without such conditions is up to date.
 */
export function conditionsStatus(object: KubernetesObject): ObjectStatus {
  const stalled = conditionOf(object, 'Stalled')
  if (stalled?.status === 'True') return failed(`is stalled: ${wordsOf(stalled)}`)
  const reconciling = conditionOf(object, 'Reconciling')
  if (reconciling?.status === 'True') return inProgress(wordsOf(reconciling))
  const main = conditionOf(object, 'Ready') ?? conditionOf(object, 'Available')
  return main === undefined ? current : met(object, main, 'is not ready')
}

/** A definition of custom resources, which the API server has to serve. */
export function definitionStatus(object: KubernetesObject): ObjectStatus {
  const names = conditionOf(object, 'NamesAccepted')
  if (names?.status === 'False') return failed(`its names are taken: ${wordsOf(names)}`)
  return met(object, conditionOf(object, 'Established'), 'is not established yet')
}

/** A Gateway: accepted by a controller, and programmed into its data plane. */
export function gatewayStatus(object: KubernetesObject): ObjectStatus {
  const accepted = met(object, conditionOf(object, 'Accepted'), 'is not accepted yet')
  if (accepted.state !== 'current') return accepted
  return met(object, conditionOf(object, 'Programmed'), 'is not programmed yet')
}

/** A route of the Gateway API: accepted by every parent, with all its references. */
export function routeStatus(object: KubernetesObject): ObjectStatus {
  const parents = objectsOf(fieldOf(object, 'status', 'parents'))
  const wanted = objectsOf(fieldOf(object, 'spec', 'parentRefs')).length
  if (parents.length < wanted) return inProgress('is not accepted by its Gateway yet')
  const found = parents.flatMap(({ conditions }) => [
    met(object, conditionIn(conditions, 'Accepted'), 'is not accepted by its Gateway yet'),
    met(object, conditionIn(conditions, 'ResolvedRefs'), 'has references that are not resolved'),
  ])
  return found.find(({ state }) => state !== 'current') ?? current
}

/** Whether a condition holds, and is about the object as it is now. */
function met(
  object: KubernetesObject,
  condition: Condition | undefined,
  otherwise: string,
): ObjectStatus {
  if (condition === undefined) return inProgress(otherwise)
  const { status, observedGeneration } = condition
  if ((observedGeneration ?? Infinity) < (object.metadata.generation ?? 0)) {
    return inProgress('its controller has not seen the change yet')
  }
  return status === 'True' ? current : inProgress(`${otherwise}: ${wordsOf(condition)}`)
}

function wordsOf({ reason, message }: Condition): string {
  return [reason, message].filter((part) => part !== '').join(': ') || 'without a reason'
}
