import { code, details, document, escaped, heading, paragraph, table } from '@oke-pipeline/core'
import { severities } from '@oke-pipeline/scan'
import type { Finding, VulnerabilityDatabase } from '@oke-pipeline/scan'
import { thresholdOf } from './close-gate.ts'
import { fixOf } from './describe-finding.ts'
import type { GateResult } from './run.ts'
import type { ScannedImage } from './scan-image.ts'

const shownFindings = 50

/** The job summary of an image that was judged. */
export function renderSummary(result: GateResult): string {
  const { judgement } = result
  const failing = new Set(judgement.failing)
  const others = judgement.findings.filter((finding) => !failing.has(finding))
  return document(
    heading(titleOf(result)),
    table(['Image', 'Closes the gate', ...severities], [countRow(result)]),
    paragraph(`The gate closes at: ${escaped(thresholdOf(result))}.`),
    ...result.images.map((image) => paragraph(scanOf(image, result))),
    judgement.failing.length === 0 ? undefined : findingTable(judgement.failing),
    others.length === 0
      ? undefined
      : details(`${others.length} that do not close the gate`, findingTable(others)),
  )
}

function scanOf({ platform, report }: ScannedImage, { at }: GateResult): string {
  const { scanner, database, ignoredCount, alerts } = report
  const sentences = [
    `${code(report.digest)} (${escaped(platform)}), scanned by ${escaped(scanner.name)} ${escaped(scanner.version)} with ${databaseIn(database, at)}.`,
    ...(ignoredCount === 0 ? [] : [`Left out by the scanner’s own rules: ${ignoredCount}.`]),
    ...alerts.map((alert) => `Less certain: ${escaped(alert)}.`),
  ]
  return sentences.join(' ')
}

function databaseIn(database: VulnerabilityDatabase | undefined, at: Date): string {
  if (database === undefined) return 'a database that it does not name'
  const ageHours = Math.max(0, (at.getTime() - database.built.getTime()) / 3_600_000)
  return `a database built ${escaped(database.built.toISOString())}, ${ageHours.toFixed(0)} h before`
}

function titleOf({ judgement, mode }: GateResult): string {
  if (judgement.verdict === 'pass') return 'Scan gate open'
  return mode === 'warn' ? 'Scan gate would be closed (only warning)' : 'Scan gate closed'
}

function countRow({ judgement, digest }: GateResult): readonly string[] {
  const counts = severities.map((severity) => judgement.counts[severity].toFixed(0))
  return [code(digest), judgement.failing.length.toFixed(0), ...counts]
}

function findingTable(findings: readonly Finding[]): string {
  return table(
    ['Severity', 'Vulnerability', 'Package', 'Version', 'Fixed in', 'Found at'],
    findings.map(findingRow),
    shownFindings,
  )
}

function findingRow(finding: Finding): readonly string[] {
  const { package: subject, place } = finding
  const path = subject?.path ?? place?.path
  return [
    escaped(finding.severity),
    escaped([finding.id, ...finding.aliases].join(', ')),
    subject === undefined ? '' : escaped(`${subject.name} (${subject.type})`),
    escaped(subject?.version ?? ''),
    escaped(fixOf(finding)),
    path === undefined ? '' : code(path),
  ]
}
