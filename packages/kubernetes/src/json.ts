/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** A JSON object; fields that are `undefined` are left out when it is sent. */
export interface JsonObject {
  readonly [field: string]: Json | undefined
}

/** Whether something that JSON or YAML was parsed to is an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Follows field names into nested objects; undefined where the way ends. */
export function fieldOf(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current = value
  for (const name of path) {
    if (!isJsonObject(current)) return undefined
    current = current[name]
  }
  return current
}

/** The objects of an array; none where there is no array. */
export function objectsOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item) => isJsonObject(item)) : []
}

/** Text that is the same for equal values, whatever the order of their fields. */
export function canonicalJson(value: Json | undefined): string {
  return JSON.stringify(value, (_, nested: unknown) =>
    isJsonObject(nested)
      ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)))
      : nested,
  )
}
