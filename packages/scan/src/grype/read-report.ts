import { GateError } from '@oke-pipeline/core'
import * as v from 'valibot'
import { findingOf, severityFrom, sortFindings } from '../finding.ts'
import type { Finding } from '../finding.ts'
import type { ScanReport, VulnerabilityDatabase } from '../scan-report.ts'
import { grypeReportSchema } from './report-schema.ts'
import type { GrypeMatch, GrypeReport } from './report-schema.ts'

/** What a report must be about, and how old its knowledge may be. */
export interface Expectation {
  /** The digest of the image's manifest. */
  readonly digest: string
  readonly databaseMaxAgeSeconds: number
  readonly now: Date
}

/**
 * Reads Grype's JSON report.
 * @throws {@link GateError} when it cannot be read, is about another image, or was made with a
 * database that is missing, invalid or too old: the gate stays closed then.
 */
export function readGrypeReport(text: string, expectation: Expectation): ScanReport {
  const report = parse(text)
  requireImage(report, expectation.digest)
  const { name, version } = report.descriptor
  return {
    format: 'grype',
    digest: report.source.target.manifestDigest,
    binding: 'manifest',
    scanner: { name, version },
    database: usableDatabase(report, expectation),
    scannedAt: undefined,
    platform: undefined,
    operatingSystem: undefined,
    packageCount: undefined,
    findings: sortFindings(report.matches.map(toFinding)),
    ignoredCount: report.ignoredMatches.length,
    alerts: alertsOf(report),
  }
}

function parse(text: string): GrypeReport {
  if (text.trim() === '') throw unusable('It is empty.')
  const outcome = v.safeParse(grypeReportSchema, jsonOf(text))
  if (outcome.success) return outcome.output
  const [issue] = outcome.issues
  const place = v.getDotPath(issue) ?? 'the whole report'
  throw unusable(`At ${place}: ${issue.message}.`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unusable('It is not JSON, or it was cut off.', error)
  }
}

function unusable(explanation: string, cause?: unknown): GateError {
  return new GateError({
    title: 'The report of Grype cannot be used',
    explanation,
    remedy: 'Without a report the gate stays closed: look into the log of the scan.',
    cause,
  })
}

function requireImage(report: GrypeReport, digest: string): void {
  const { manifestDigest } = report.source.target
  if (manifestDigest === digest) return
  throw new GateError({
    title: 'The report of Grype is about another image',
    explanation: `It is about "${manifestDigest}", and the image to judge is "${digest}".`,
    remedy: 'Scan the layout that the image was built into, and nothing else.',
  })
}

function usableDatabase(
  { descriptor }: GrypeReport,
  expectation: Expectation,
): VulnerabilityDatabase {
  const { status } = descriptor.db
  if (!status.valid) {
    throw badDatabase(`Grype calls it invalid: ${status.error ?? 'no reason given'}.`)
  }
  const built = new Date(status.built ?? '')
  if (Number.isNaN(built.getTime())) throw badDatabase('It does not say when it was built.')
  requireFresh(built, expectation)
  return { built, schemaVersion: status.schemaVersion }
}

/** Clocks differ a little; a build time beyond that would keep an old database fresh for ever. */
const clockSkewSeconds = 3600

function requireFresh(built: Date, { now, databaseMaxAgeSeconds }: Expectation): void {
  const ageSeconds = (now.getTime() - built.getTime()) / 1000
  const says = `It says that it was built at ${built.toISOString()}`
  if (ageSeconds < -clockSkewSeconds) throw badDatabase(`${says}, which is in the future.`)
  if (ageSeconds <= databaseMaxAgeSeconds) return
  throw badDatabase(
    `${says}, ${hours(ageSeconds)} ago, and at most ${hours(databaseMaxAgeSeconds)} are allowed.`,
  )
}

function hours(seconds: number): string {
  return `${(seconds / 3600).toFixed(1)} h`
}

function badDatabase(explanation: string): GateError {
  return new GateError({
    title: 'The vulnerability database of Grype cannot be used',
    explanation,
    remedy:
      'Let Grype update it: this runner must reach its download address, or a mirror of it in GRYPE_DB_UPDATE_URL.',
  })
}

function toFinding(match: GrypeMatch): Finding {
  const { vulnerability, relatedVulnerabilities, artifact } = match
  const aliases = relatedVulnerabilities.map(({ id }) => id)
  const fixedIn = fixesOf(match)
  const paths = artifact.locations.map(({ path }) => path)
  return findingOf({
    kind: 'vulnerability',
    id: vulnerability.id,
    aliases: [...new Set(aliases)].filter((alias) => alias !== vulnerability.id).toSorted(),
    severity: severityFrom(vulnerability.severity),
    package: {
      name: artifact.name,
      version: artifact.version,
      type: artifact.type,
      purl: undefined,
      path: paths.toSorted()[0],
    },
    isFixed: vulnerability.fix.state === 'fixed' || fixedIn.length > 0,
    fixedIn,
    url: vulnerability.dataSource === '' ? undefined : vulnerability.dataSource,
  })
}

/** The versions with the fix: first the one that Grype suggests for the version that is there. */
function fixesOf({ vulnerability, matchDetails }: GrypeMatch): readonly string[] {
  const suggested = matchDetails.flatMap(({ fix }) =>
    fix === undefined ? [] : [fix.suggestedVersion],
  )
  return [...new Set([...suggested, ...vulnerability.fix.versions])]
}

function alertsOf({ alertsByPackage }: GrypeReport): readonly string[] {
  const messages = alertsByPackage.flatMap(({ alerts }) => alerts.map(({ message }) => message))
  return [...new Set(messages)].toSorted()
}
