import { fieldManager } from '../client/cluster.ts'
import { fieldOf, isJsonObject, objectsOf } from '../json.ts'
import type { JsonObject } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import type { FieldSet } from './field-set.ts'

/** Who has set which fields of an object, and how. */
export interface ManagedFields extends JsonObject {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource?: string
  readonly fieldsV1: FieldSet
}

/** What the server keeps about the managers of an object. */
export function managedFieldsOf(object: KubernetesObject): readonly ManagedFields[] {
  return objectsOf(fieldOf(object, 'metadata', 'managedFields')).filter((entry) =>
    isManagedFields(entry),
  )
}

/** Whether an entry is what we applied. */
export function isOurEntry({ manager, operation, subresource }: ManagedFields): boolean {
  return manager === fieldManager && operation === 'Apply' && (subresource ?? '') === ''
}

function isManagedFields(entry: JsonObject): entry is ManagedFields {
  return (
    typeof entry.manager === 'string' &&
    (entry.operation === 'Apply' || entry.operation === 'Update') &&
    typeof entry.apiVersion === 'string' &&
    isJsonObject(entry.fieldsV1)
  )
}
