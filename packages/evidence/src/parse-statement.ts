import { ConfigurationError, messageOf } from '@oke-pipeline/core'
import type { Digest } from '@oke-pipeline/image'
import * as v from 'valibot'
import { predicateSchemas } from './predicates/predicate-schemas.ts'
import { statementSchema } from './statement-schema.ts'
import type { ReadStatement } from './statement-schema.ts'

/**
 * Reads a statement and, where its predicate is of a type that is known here, the predicate.
 * @throws ConfigurationError that says where it is malformed.
 */
export function parseStatement(bytes: Uint8Array): ReadStatement {
  const statement = parsed('statement', statementSchema, jsonOf(bytes))
  const schema = predicateSchemas[statement.predicateType]
  if (schema !== undefined) parsed(statement.predicateType, schema, statement.predicate)
  return statement
}

/** Whether a statement is about what has a digest. */
export function isAbout({ subject }: ReadStatement, digest: Digest): boolean {
  return subject.some((one) => `sha256:${one.digest.sha256 ?? ''}` === digest)
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw malformed('statement', messageOf(error), error)
  }
}

function parsed<Schema extends v.GenericSchema>(
  what: string,
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  const [issue] = result.issues
  throw malformed(what, `${v.getDotPath(issue) ?? 'the document'}: ${issue.message}`)
}

function malformed(what: string, why: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError({
    title: `A statement about the image cannot be read`,
    explanation: `Its ${what} is malformed: ${why}.`,
    remedy: 'Look at what made the statement: no step but the one that made it should change it.',
    cause,
  })
}
