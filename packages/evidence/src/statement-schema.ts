import * as v from 'valibot'

/** Any object, kept as it is: an object schema of valibot leaves out the key `constructor`. */
const predicateSchema = v.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'Invalid type: Expected Object',
)

/**
 * An in-toto statement, v1 or the v0.1 that older builders write, as it is read; what it has
 * besides is left in it.
 */
export const statementSchema = v.looseObject({
  _type: v.picklist(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']),
  subject: v.nullish(
    v.array(
      v.looseObject({ name: v.nullish(v.string(), ''), digest: v.record(v.string(), v.string()) }),
    ),
    [],
  ),
  predicateType: v.string(),
  predicate: predicateSchema,
})

/** What {@link statementSchema} reads. */
export type ReadStatement = v.InferOutput<typeof statementSchema>
