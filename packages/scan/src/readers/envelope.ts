import * as v from 'valibot'
import { Malformed, refuseUnknownParts } from './json-value.ts'
import type { JsonObject } from './json-value.ts'

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
