import { isJsonObject } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'

/**
 * Fields of an object, as the server writes them in `fieldsV1`: `f:` and a name for a field, `k:`
 * and keys for an item of a list, `v:` and a value for a member of a set, `.` for the thing itself.
 * What has nothing below it is a member too.
 */
export type FieldSet = JsonObject

/** The fields that are in one set or the other. */
export function unionOf(one: FieldSet, other: FieldSet): FieldSet {
  const both = { ...one }
  for (const [step, below] of Object.entries(other)) {
    const known = one[step]
    both[step] = isJsonObject(known) && isJsonObject(below) ? unionOf(known, below) : below
  }
  return both
}

/** Whether a field is in a set, such as `f:spec`, `f:replicas`. */
export function includes(set: FieldSet, ...steps: readonly string[]): boolean {
  let current: Json | undefined = set
  for (const step of steps) {
    current = isJsonObject(current) ? current[step] : undefined
  }
  return current !== undefined
}

/** A set without a field and all below it. */
export function withoutStep(set: FieldSet, [first, ...rest]: readonly string[]): FieldSet {
  const below = first === undefined ? undefined : set[first]
  if (first === undefined || !isJsonObject(below)) return set
  if (rest.length > 0) return { ...set, [first]: withoutStep(below, rest) }
  return Object.fromEntries(Object.entries(set).filter(([step]) => step !== first))
}

/**
 * A value without the fields of one set that are not in another; what is left empty goes as well.
 * This is how server-side apply takes away what its manager no longer applies.
 */
export function withoutFields(value: Json, gone: FieldSet, kept: FieldSet): Json | undefined {
  if (isJsonObject(value)) return withoutMembers(value, gone, kept)
  if (Array.isArray(value)) return withoutItems(value, { gone, kept })
  return value
}

function withoutMembers(value: JsonObject, gone: FieldSet, kept: FieldSet): JsonObject | undefined {
  const left = Object.entries(value).flatMap(([name, member]) => {
    const step = `f:${name}`
    const rest = member === undefined ? undefined : restOf(member, step, { gone, kept })
    return rest === undefined ? [] : [[name, rest] as const]
  })
  const isEmptied = left.length === 0 && Object.keys(value).length > 0
  return isEmptied ? undefined : Object.fromEntries(left)
}

interface Sets {
  readonly gone: FieldSet
  readonly kept: FieldSet
}

function withoutItems(items: readonly Json[], sets: Sets): readonly Json[] | undefined {
  const left = items.flatMap((item) => {
    const rest = restOf(item, stepOf(item, sets), sets)
    return rest === undefined ? [] : [rest]
  })
  return left.length === 0 && items.length > 0 ? undefined : left
}

/** The step that leads to an item of a list; empty for one that no set names. */
function stepOf(item: Json, { gone, kept }: Sets): string {
  const steps = [...Object.keys(gone), ...Object.keys(kept)]
  return steps.find((step) => leadsTo(step, item)) ?? ''
}

function leadsTo(step: string, item: Json): boolean {
  if (step.startsWith('v:')) return step === `v:${JSON.stringify(item)}`
  if (!step.startsWith('k:') || !isJsonObject(item)) return false
  const keys = JSON.parse(step.slice(2)) as unknown
  return isJsonObject(keys) && Object.entries(keys).every(([name, key]) => item[name] === key)
}

function restOf(value: Json, step: string, { gone, kept }: Sets): Json | undefined {
  const goneBelow = gone[step]
  if (!isJsonObject(goneBelow)) return value
  const keptBelow = kept[step]
  if (isJsonObject(keptBelow)) {
    return isWhole(keptBelow) ? value : withoutFields(value, goneBelow, keptBelow)
  }
  return isMember(goneBelow) ? undefined : withoutFields(value, goneBelow, {})
}

/** Whether the set has the thing itself, and not only what is below it. */
function isMember(below: FieldSet): boolean {
  return isWhole(below) || '.' in below
}

function isWhole(below: FieldSet): boolean {
  return Object.keys(below).length === 0
}
