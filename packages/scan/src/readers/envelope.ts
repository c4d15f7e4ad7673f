import * as v from 'valibot'
import { Malformed, isList, refuseUnknownParts } from './json-value.ts'
import type { JsonList, JsonObject } from './json-value.ts'

/** A list of which each element is checked when it is read. */
export const anyList = v.custom<JsonList>(isList, 'Expected a list')

/**
 * Checks the parts of a report that are there once, and refuses parts that are not known.
 * @throws Malformed that names the first place where something is wrong.
 */
export function checked<const Schema extends v.GenericSchema>(
  schema: Schema,
  document: JsonObject,
  parts?: ReadonlySet<string>,
): v.InferOutput<Schema> {
  if (parts !== undefined) refuseUnknownParts(document, parts)
  const outcome = v.safeParse(schema, document)
  if (outcome.success) return outcome.output
  const [issue] = outcome.issues
  throw new Malformed(v.getDotPath(issue) ?? '', `is wrong: ${issue.message}`)
}

/**
 * Refuses versions of a format that were never tried with its reader: what they call a list of
 * findings is not known.
 * @throws Malformed
 */
export function requireVersion(
  document: JsonObject,
  key: string,
  known: readonly (string | number)[],
): void {
  const version = document[key]
  if (known.some((one) => one === version)) return
  const found = version === undefined ? 'is missing' : `is ${JSON.stringify(version)}`
  throw new Malformed(key, `${found}, and only ${known.join(', ')} can be read`)
}
