import type { Finding } from '../finding.ts'
import type { ImagePlatform } from '../gate/judge-context.ts'
import type { Judgement } from '../gate/judgement.ts'
import type { VulnerabilityDatabase } from '../scan-report.ts'
import { keptFinding } from './kept-finding.ts'

/** The format of a verdict that is kept. */
export const verdictSchema = 'oke-pipeline/scan-verdict/v1'

/** How the findings of a verdict came to be. */
export interface ScanFacts {
  readonly scanners: readonly {
    readonly name: string
    readonly version: string
    readonly database: VulnerabilityDatabase | undefined
  }[]
  readonly platforms: readonly ImagePlatform[]
  readonly startedAt: Date
  readonly finishedAt: Date
}

/**
 * A verdict as plain JSON, to be kept with the image: what was scanned with, the policy's hash,
 * what excused findings, and the findings themselves, so that it can be judged anew.
 */
export function verdictContent(
  judgement: Judgement,
  scan: ScanFacts,
): Readonly<Record<string, unknown>> {
  const { verdict, digest, at, policy, counts, blockingCounts, outcomes, warnings } = judgement
  return {
    schema: verdictSchema,
    verdict,
    digest,
    at: at.toISOString(),
    mode: policy.mode,
    policyHash: judgement.policyHash,
    ...scanContent(scan),
    counts,
    blockingCounts,
    outcomes,
    waivers: waiversOf(judgement),
    vex: vexOf(judgement),
    baseline: baselineOf(judgement),
    warnings,
    findings: judgement.findings.map(({ finding, decision }) => ({
      ...keptFinding(finding),
      outcome: decision.outcome,
      reason: decision.reason,
    })),
  }
}

function scanContent({ scanners, platforms, startedAt, finishedAt }: ScanFacts): object {
  return {
    scanners: scanners.map(({ name, version, database }) => ({
      name,
      version,
      database: database && {
        built: database.built.toISOString(),
        schemaVersion: database.schemaVersion,
      },
    })),
    platforms,
    scan: { startedAt: startedAt.toISOString(), finishedAt: finishedAt.toISOString() },
  }
}

function waiversOf({ waivers }: Judgement): readonly object[] {
  return waivers.used.map(({ waiver, findings }) => ({
    ids: waiver.ids,
    owner: waiver.owner,
    reason: waiver.reason,
    expires: waiver.expires?.toISOString(),
    file: waiver.origin.file,
    line: waiver.origin.line,
    findings,
  }))
}

function vexOf({ vex }: Judgement): readonly object[] {
  return vex.applied.map(({ document, findings }) => ({
    ...document.origin,
    format: document.format,
    authors: document.authors,
    findings,
  }))
}

function baselineOf({ baseline }: Judgement): object | undefined {
  if (baseline === undefined) return undefined
  const { source, unusable, isGating, added, fixed } = baseline
  return { source, unusable, isGating, added: added.length, fixed: fixed.length }
}

/** A vulnerability as the predicate of in-toto names it. */
export interface ReportedSeverities {
  readonly id: string
  readonly severity: readonly { readonly method: string; readonly score: string }[]
}

/** The vulnerabilities that were found, each once, for the predicate of in-toto. */
export function reportedVulnerabilities({ findings }: Judgement): readonly ReportedSeverities[] {
  const reported = new Map<string, ReportedSeverities>()
  for (const { finding } of findings) {
    if (finding.kind !== 'vulnerability' || reported.has(finding.id)) continue
    reported.set(finding.id, { id: finding.id, severity: severitiesOf(finding) })
  }
  return [...reported.values()]
}

function severitiesOf({ severity, ratings, foundBy }: Finding): ReportedSeverities['severity'] {
  return [
    { method: foundBy[0] ?? 'scanner', score: severity },
    ...ratings.map((rating) => ({ method: rating.source, score: rating.severity })),
    ...ratings.flatMap(({ source, score }) =>
      score === undefined ? [] : [{ method: `${source}_cvss_score`, score: String(score) }],
    ),
  ]
}
