import { canonicalJson, isJsonObject } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { formerManagersOf } from './adoption.ts'
import type { FieldSet } from './field-set.ts'
import { isOurEntry, managedFieldsOf } from './managed-fields.ts'

/**
 * Whether applying an object would change nothing, as far as that can be told without asking the
 * server: every field of it is ours and has its value, and nothing else is ours. Where it is not
 * certain (a quantity that the server writes in another way), the answer is no.
 */
export function isApplied(object: KubernetesObject, live: KubernetesObject): boolean {
  const ours = managedFieldsOf(live).find(isOurEntry)
  if (ours?.apiVersion !== object.apiVersion || formerManagersOf(live).length > 0) return false
  return isMapApplied(contentOf(object), contentOf(live), ours.fieldsV1)
}

/** What an object has beside what names it, of which the server keeps no owner. */
function contentOf(object: KubernetesObject): JsonObject {
  const metadata = without(object.metadata, ['name', 'namespace'])
  const content = without(object, ['apiVersion', 'kind', 'metadata'])
  return Object.keys(metadata).length === 0 ? content : { ...content, metadata }
}

function without(value: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
}

function isValueApplied(
  wanted: Json | undefined,
  live: Json | undefined,
  owned: Json | undefined,
): boolean {
  if (!isJsonObject(owned) || wanted === undefined || wanted === null) return false
  const below = Object.keys(owned).filter((step) => step !== '.')
  // What has nothing below it is owned as a whole.
  if (below.length === 0) return isSameValue(wanted, live)
  if (isJsonObject(wanted)) return isJsonObject(live) && isMapApplied(wanted, live, owned)
  if (Array.isArray(wanted)) return Array.isArray(live) && isListApplied(wanted, live, owned)
  return false
}

function isSameValue(wanted: Json, live: Json | undefined): boolean {
  if (typeof wanted !== 'object') return wanted === live
  return canonicalJson(wanted) === canonicalJson(live)
}

function isMapApplied(wanted: JsonObject, live: JsonObject, owned: FieldSet): boolean {
  const names = Object.keys(wanted).filter((name) => wanted[name] !== undefined)
  const steps = Object.keys(owned).filter((step) => step !== '.')
  return (
    names.length === steps.length &&
    names.every((name) => isValueApplied(wanted[name], live[name], owned[`f:${name}`]))
  )
}

/** The items, each by its keys or its value, and in the wanted order. */
function isListApplied(wanted: readonly Json[], live: readonly Json[], owned: FieldSet): boolean {
  const steps = Object.entries(owned).filter(([step]) => step !== '.')
  if (steps.length !== wanted.length) return false
  let last = -1
  return wanted.every((item) => {
    const found = steps.filter(([step]) => names(step, item))
    const [step, below] = found[0] ?? []
    if (step === undefined || found.length > 1) return false
    const place = live.findIndex((candidate) => names(step, candidate, 'with every key'))
    const isInOrder = place > last
    last = place
    return isInOrder && isItemApplied(item, live[place], below)
  })
}

function isItemApplied(item: Json, live: Json | undefined, owned: Json | undefined): boolean {
  return isJsonObject(item) ? isValueApplied(item, live, owned) : isSameValue(item, live)
}

/** Whether a step leads to an item; a wanted item may leave a key to its default. */
function names(step: string, item: Json, strictness?: 'with every key'): boolean {
  if (step.startsWith('v:')) return step === `v:${canonicalJson(item)}`
  if (!step.startsWith('k:') || !isJsonObject(item)) return false
  const keys = JSON.parse(step.slice(2)) as unknown
  return (
    isJsonObject(keys) &&
    Object.entries(keys).every(
      ([name, value]) =>
        item[name] === value || (strictness === undefined && item[name] === undefined),
    )
  )
}
