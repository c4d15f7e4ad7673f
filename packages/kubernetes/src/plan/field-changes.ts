import { canonicalJson, isJsonObject } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'

/** One step of the way to a field: a name, a place in a list, or what tells a member of a list. */
export type FieldStep = string | number | { readonly key: string; readonly value: string | number }

/** A field that two states of an object have differently; undefined is a field that is not there. */
export interface FieldChange {
  readonly path: readonly FieldStep[]
  readonly before: Json | undefined
  readonly after: Json | undefined
}

/**
 * The fields in which two states of an object differ. Members of lists are told by the field that
 * names them, where they all have one, so that a container put before another is no change of both.
 */
export function fieldChanges(
  before: Json | undefined,
  after: Json | undefined,
): readonly FieldChange[] {
  return changesAt([], before, after)
}

type Path = readonly FieldStep[]

function changesAt(
  path: Path,
  before: Json | undefined,
  after: Json | undefined,
): readonly FieldChange[] {
  if (canonicalJson(before) === canonicalJson(after)) return []
  if (isJsonObject(before) && isJsonObject(after)) return changesOfObjects(path, before, after)
  if (isObjectList(before) && isObjectList(after)) return changesOfLists(path, before, after)
  return [{ path, before, after }]
}

function changesOfObjects(
  path: Path,
  before: JsonObject,
  after: JsonObject,
): readonly FieldChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) => changesAt([...path, name], before[name], after[name]))
}

function isObjectList(value: Json | undefined): value is readonly JsonObject[] {
  return Array.isArray(value) && value.length > 0 && value.every(isJsonObject)
}

function changesOfLists(
  path: Path,
  before: readonly JsonObject[],
  after: readonly JsonObject[],
): readonly FieldChange[] {
  const key = keyOf(before, after)
  return key === undefined
    ? changesByPlace(path, before, after)
    : changesByKey(path, { before, after, key })
}

/** The fields by which the API tells members of a list, those that people go by first. */
const keys = [
  'name',
  'key',
  'mountPath',
  'devicePath',
  'containerPort',
  'port',
  'host',
  'ip',
  'uid',
  'topologyKey',
  'type',
] as const

function keyOf(...lists: readonly (readonly JsonObject[])[]): string | undefined {
  return keys.find((key) =>
    lists.every((list) => {
      const values = list.map((member) => member[key])
      return values.every(isScalar) && new Set(values).size === values.length
    }),
  )
}

function isScalar(value: Json | undefined): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

function changesByKey(
  path: Path,
  {
    before,
    after,
    key,
  }: {
    readonly before: readonly JsonObject[]
    readonly after: readonly JsonObject[]
    readonly key: string
  },
): readonly FieldChange[] {
  const [old, now] = [membersBy(key, before), membersBy(key, after)]
  const values = new Set([...old.keys(), ...now.keys()])
  const changes = [...values].flatMap((value) =>
    changesAt([...path, { key, value }], old.get(value), now.get(value)),
  )
  if (changes.length > 0) return changes
  // The same members in another order: of containers or tolerations that may matter.
  return [{ path, before: [...old.keys()], after: [...now.keys()] }]
}

function membersBy(
  key: string,
  list: readonly JsonObject[],
): ReadonlyMap<string | number, JsonObject> {
  return new Map(
    list.flatMap((member) => {
      const value = member[key]
      return isScalar(value) ? [[value, member] as const] : []
    }),
  )
}

function changesByPlace(
  path: Path,
  before: readonly JsonObject[],
  after: readonly JsonObject[],
): readonly FieldChange[] {
  const length = Math.max(before.length, after.length)
  return Array.from({ length }, (_, place) => place).flatMap((place) =>
    changesAt([...path, place], before[place], after[place]),
  )
}

/** A path as people write it: `spec.containers[name=web].env[name=LOG].value`. */
export function formatFieldPath(path: readonly FieldStep[]): string {
  return path
    .map((step, place) => {
      if (typeof step === 'number') return `[${step}]`
      if (typeof step === 'object') return `[${step.key}=${step.value}]`
      if (!/^[A-Za-z0-9_-]+$/.test(step)) return `[${JSON.stringify(step)}]`
      return place === 0 ? step : `.${step}`
    })
    .join('')
}
