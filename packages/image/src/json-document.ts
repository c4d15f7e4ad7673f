import { messageOf } from '@oke-pipeline/core'
import * as v from 'valibot'

/** Thrown for bytes that are not the document they should be; says in which way. */
export class MalformedDocument extends Error {}

/**
 * Reads bytes as JSON of a schema; what the schema does not name is left out of the value.
 * @throws {@link MalformedDocument}
 */
export function parseDocument<Schema extends v.GenericSchema>(
  schema: Schema,
  bytes: Uint8Array,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, jsonOf(bytes))
  if (result.success) return result.output
  const [issue] = result.issues
  throw new MalformedDocument(`${v.getDotPath(issue) ?? 'the document'}: ${issue.message}`)
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new MalformedDocument(messageOf(error), { cause: error })
  }
}
