import { messageOf, readBounded } from '@oke-pipeline/core'
import type { HttpResponse } from '@oke-pipeline/core'
import * as v from 'valibot'

const largestAnswerBytes = 16 * 1024 * 1024

/** Thrown for an answer that is not the document it should be; says in which way. */
export class MalformedAnswer extends Error {}

/**
 * The body of an answer as JSON of a schema.
 * @throws {@link MalformedAnswer}
 */
export async function readJson<Schema extends v.GenericSchema>(
  schema: Schema,
  response: HttpResponse,
): Promise<v.InferOutput<Schema>> {
  return parseJson(schema, await readText(response))
}

/** The body of an answer as text, if it is not larger than any answer of OCI should be. */
export async function readText(response: HttpResponse): Promise<string> {
  try {
    const bytes = await readBounded(response, largestAnswerBytes)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new MalformedAnswer(messageOf(error), { cause: error })
  }
}

/**
 * A text as JSON of a schema; what the schema does not name is left out of the value.
 * @throws {@link MalformedAnswer}
 */
export function parseJson<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, jsonOf(text))
  if (result.success) return result.output
  const [issue] = result.issues
  throw new MalformedAnswer(`${v.getDotPath(issue) ?? 'the document'}: ${issue.message}`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, which may be a token.
    throw new MalformedAnswer('it is not JSON')
  }
}
