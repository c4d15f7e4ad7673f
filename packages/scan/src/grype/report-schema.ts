import * as v from 'valibot'

const vulnerability = v.object({
  id: v.pipe(v.string(), v.minLength(1)),
  severity: v.optional(v.string()),
  dataSource: v.optional(v.string()),
  fix: v.object({
    // Grype writes null where it knows nothing of the vulnerability but its identifier.
    versions: v.nullish(v.array(v.string()), []),
    state: v.string(),
  }),
})

const artifact = v.object({
  name: v.string(),
  version: v.string(),
  type: v.string(),
  locations: v.nullish(v.array(v.object({ path: v.string() })), []),
})

const matchDetail = v.object({
  fix: v.optional(v.object({ suggestedVersion: v.string() })),
})

const match = v.object({
  vulnerability,
  matchDetails: v.nullish(v.array(matchDetail), []),
  relatedVulnerabilities: v.nullish(v.array(v.object({ id: v.string() })), []),
  artifact,
})

const databaseStatus = v.object({
  schemaVersion: v.string(),
  built: v.optional(v.string()),
  valid: v.boolean(),
  error: v.optional(v.string()),
})

const alerts = v.object({ alerts: v.array(v.object({ message: v.string() })) })

/** The parts of Grype's JSON report that the gate depends on. */
export const grypeReportSchema = v.object({
  matches: v.array(match),
  ignoredMatches: v.optional(v.array(v.unknown()), []),
  alertsByPackage: v.optional(v.array(alerts), []),
  source: v.object({
    type: v.literal('image'),
    target: v.object({ manifestDigest: v.string() }),
  }),
  descriptor: v.object({
    name: v.literal('grype'),
    version: v.string(),
    db: v.object({ status: databaseStatus }),
  }),
})

/** A report as Grype wrote it, checked. */
export type GrypeReport = v.InferOutput<typeof grypeReportSchema>

/** One package with one vulnerability, as Grype wrote it. */
export type GrypeMatch = v.InferOutput<typeof match>
