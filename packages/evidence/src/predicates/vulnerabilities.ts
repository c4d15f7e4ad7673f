import * as v from 'valibot'

const timestamp = v.pipe(v.string(), v.isoTimestamp())

const severitySchema = v.looseObject({ method: v.string(), score: v.string() })

/**
 * The predicate of a vulnerability scan, v0.1. The field for the verdict is ours, named as SLSA and
 * in-toto recommend for extensions; others ignore it.
 * https://github.com/in-toto/attestation/blob/main/spec/predicates/vuln.md
 */
export const vulnerabilitiesSchema = v.looseObject({
  scanner: v.looseObject({
    uri: v.string(),
    version: v.optional(v.string()),
    db: v.looseObject({
      uri: v.optional(v.string()),
      version: v.optional(v.string()),
      lastUpdate: timestamp,
    }),
    result: v.array(
      v.looseObject({
        id: v.string(),
        severity: v.array(severitySchema),
        annotations: v.optional(v.array(v.record(v.string(), v.unknown()))),
      }),
    ),
  }),
  metadata: v.looseObject({ scanStartedOn: timestamp, scanFinishedOn: timestamp }),
  okePipeline_verdict: v.optional(v.record(v.string(), v.unknown())),
})

/** One vulnerability that a scanner reported. */
export interface ReportedVulnerability {
  /** `CVE-…`, `GHSA-…`. */
  readonly id: string
  /** How bad, by method: `{ method: 'nvd', score: 'high' }`, `{ method: 'cvss_score', score: '7.5' }`. */
  readonly severity: readonly { readonly method: string; readonly score: string }[]
  readonly annotations?: readonly Readonly<Record<string, unknown>>[]
}

/** A scan's predicate: what {@link vulnerabilitiesSchema} reads. */
export interface VulnerabilitiesPredicate {
  readonly scanner: {
    /** Such as `pkg:github/anchore/grype@v0.120.1`. */
    readonly uri: string
    readonly version?: string
    readonly db: { readonly uri?: string; readonly version?: string; readonly lastUpdate: string }
    readonly result: readonly ReportedVulnerability[]
  }
  readonly metadata: { readonly scanStartedOn: string; readonly scanFinishedOn: string }
  readonly okePipeline_verdict?: Readonly<Record<string, unknown>>
}

/** A scan as its scanner knows it. */
export interface ScanRun {
  readonly scanner: { readonly uri: string; readonly version: string | undefined }
  readonly database: {
    readonly uri?: string
    readonly version?: string
    readonly lastUpdate: Date
  }
  /** All that was found, also what the gate let pass; an empty list says that nothing was. */
  readonly found: readonly ReportedVulnerability[]
  readonly startedOn: Date
  readonly finishedOn: Date
  /** What the gate concluded: its own, versioned document. */
  readonly verdict?: Readonly<Record<string, unknown>> | undefined
}

/** The predicate for a scan. */
export function vulnerabilitiesPredicate(scan: ScanRun): VulnerabilitiesPredicate {
  const { scanner, database, verdict } = scan
  const { lastUpdate, ...source } = database
  return {
    scanner: {
      uri: scanner.uri,
      ...(scanner.version === undefined ? {} : { version: scanner.version }),
      db: { ...source, lastUpdate: lastUpdate.toISOString() },
      result: scan.found,
    },
    metadata: {
      scanStartedOn: scan.startedOn.toISOString(),
      scanFinishedOn: scan.finishedOn.toISOString(),
    },
    ...(verdict === undefined ? {} : { okePipeline_verdict: verdict }),
  }
}
