import { isJsonObject } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { includes } from './field-set.ts'
import { managedFieldsOf } from './managed-fields.ts'

/**
 * The object as it is to be applied over a live one: without its number of replicas where an
 * autoscaler has set that, since each deployment would undo its work. Somebody who scaled by hand
 * is no autoscaler.
 */
export function leftToAutoscaler(
  object: KubernetesObject,
  live: KubernetesObject | undefined,
): KubernetesObject {
  const { spec } = object
  // Zero is not where to start from: it switches an autoscaler off.
  if (!isJsonObject(spec) || spec.replicas === undefined || spec.replicas === 0) return object
  if (live === undefined || !isAutoscaled(live)) return object
  return { ...object, spec: { ...spec, replicas: undefined } }
}

/** An autoscaler writes through the subresource `scale`. */
function isAutoscaled(live: KubernetesObject): boolean {
  return managedFieldsOf(live).some(
    ({ manager, subresource, fieldsV1 }) =>
      subresource === 'scale' &&
      !manager.startsWith('kubectl') &&
      includes(fieldsV1, 'f:spec', 'f:replicas'),
  )
}
