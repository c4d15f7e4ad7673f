import { isJsonObject } from '../json.ts'
import type { Json } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import type { FieldChange } from './field-changes.ts'

/** Stands where a value is kept back. */
export const hiddenValue = '(hidden)'

const secretFields = ['data', 'stringData']

/** The changes of an object without the values that nobody is to see; that they change stays. */
export function hideValues(
  { kind }: Pick<KubernetesObject, 'kind'>,
  changes: readonly FieldChange[],
): readonly FieldChange[] {
  if (kind !== 'Secret') return changes
  return changes.map((change) => {
    const [first] = change.path
    if (typeof first !== 'string' || !secretFields.includes(first)) return change
    return { ...change, before: hidden(change.before), after: hidden(change.after) }
  })
}

/** An object without the values that nobody is to see. */
export function withoutValues(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Secret') return object
  const kept = secretFields.flatMap((field) =>
    object[field] === undefined ? [] : [[field, hidden(object[field])] as const],
  )
  return { ...object, ...Object.fromEntries(kept) }
}

function hidden(value: Json | undefined): Json | undefined {
  if (value === undefined) return undefined
  if (!isJsonObject(value)) return hiddenValue
  return Object.fromEntries(Object.keys(value).map((key) => [key, hiddenValue]))
}
