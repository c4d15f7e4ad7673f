import * as v from 'valibot'
import { resourceSchema } from './resource.ts'

const parameters = v.record(v.string(), v.unknown())

/** The predicate of SLSA provenance v1, whoever made it. https://slsa.dev/spec/v1.1/provenance */
export const provenanceSchema = v.looseObject({
  buildDefinition: v.looseObject({
    buildType: v.string(),
    externalParameters: parameters,
    internalParameters: v.optional(parameters),
    resolvedDependencies: v.nullish(v.array(resourceSchema), []),
  }),
  runDetails: v.looseObject({
    // BuildKit leaves it empty where nobody told it.
    builder: v.looseObject({ id: v.string() }),
    metadata: v.optional(
      v.looseObject({
        invocationId: v.optional(v.string()),
        startedOn: v.optional(v.string()),
        finishedOn: v.optional(v.string()),
      }),
    ),
  }),
})

/** What {@link provenanceSchema} reads. */
export type ReadProvenance = v.InferOutput<typeof provenanceSchema>
