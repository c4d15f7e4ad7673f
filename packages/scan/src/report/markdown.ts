import { code, details, document, escaped, heading, paragraph, table } from '@oke-pipeline/core'
import type { Finding } from '../finding.ts'
import { severities } from '../finding.ts'
import type { JudgedFinding, Judgement, SeverityCounts } from '../gate/judgement.ts'
import { adviceFor, severityWords } from './advice.ts'
import { countOf, fixOf, namesOf, pathOf, subjectOf } from './describe.ts'
import { plainLine, safeLink } from './foreign-text.ts'
import type { GateReport, ReportedScan, WaiverChange } from './gate-report.ts'
import { withOutcome, worstFirst } from './order.ts'
import { adviceWords, dayOf, outcomeSentence, verdictTitle } from './verdict-words.ts'
import { waiverNotes } from './waiver-notes.ts'

/** How long the lists of a summary may be. */
export interface SummaryLimits {
  /** Rows of the table of what closes the gate. */
  readonly blocking: number
  /** Rows of a table that is folded. */
  readonly folded: number
}

/** What a job summary has room for. */
export const summaryLimits: SummaryLimits = { blocking: 50, folded: 50 }

/** What a comment of a pull request has room for. */
export const commentLimits: SummaryLimits = { blocking: 15, folded: 15 }

const shownAdvice = 10

/** The report for people, as Markdown: the verdict, what to do about it, and what it rests on. */
export function renderMarkdown(report: GateReport, limits = summaryLimits): string {
  const { judgement } = report
  return document(
    heading(verdictTitle(judgement)),
    paragraph(`${imageOf(report)} ${escaped(outcomeSentence(judgement))}`),
    listOf(judgement.warnings.map((warning) => `**${escaped(plainLine(warning, 500))}**`)),
    advicePart(report),
    blockingPart(judgement, limits),
    countTable(judgement),
    changePart(judgement, limits),
    waiverPart(report, limits),
    vexPart(judgement, limits),
    gracePart(judgement, limits),
    othersPart(judgement, limits),
    listOf(report.scans.map((scan) => scanOf(scan, judgement.at))),
  )
}

function imageOf({ judgement, imageName }: GateReport): string {
  const name = imageName === undefined ? '' : `${plainLine(imageName)}@`
  return `${code(`${name}${judgement.digest}`)}.`
}

function title(text: string): string {
  return paragraph(`**${escaped(text)}**`)
}

/** Parts as one; nothing where there is none. */
function joined(...parts: readonly (string | undefined)[]): string | undefined {
  return parts.every((part) => part === undefined) ? undefined : document(...parts)
}

function listOf(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : paragraph(items.map((item) => `- ${item}`).join('\n'))
}

function advicePart({ judgement, baseImage }: GateReport): string | undefined {
  const advice = adviceFor(judgement.blocking.map(({ finding }) => finding))
  if (advice.length === 0) return undefined
  const items = advice.slice(0, shownAdvice).map((piece) => {
    const { act, subject, effect } = adviceWords(piece, baseImage)
    return `${escaped(act)}${subject === '' ? '' : ` ${code(subject)}`}: ${escaped(effect)}`
  })
  const more = advice.length - items.length
  const rest = more > 0 ? [`… ${more} more in the report`] : []
  return document(title('What to do'), listOf([...items, ...rest]))
}

function blockingPart(
  { blocking }: Judgement,
  { blocking: limit }: SummaryLimits,
): string | undefined {
  if (blocking.length === 0) return undefined
  return document(
    title('What closes the gate'),
    findingTable(worstFirst(blocking), limit, reasonOf),
  )
}

function reasonOf({ decision }: JudgedFinding): string {
  return plainLine(decision.reason)
}

/** A table of findings; the last column is up to the caller. */
function findingTable(
  findings: readonly JudgedFinding[],
  limit: number,
  lastCell: (judged: JudgedFinding) => string,
): string {
  return table(
    ['Severity', 'What', 'Where', 'Fixed in', 'Found at', 'Because'],
    findings.map((judged) => [...findingCells(judged.finding), escaped(lastCell(judged))]),
    limit,
  )
}

function findingCells(finding: Finding): readonly string[] {
  const base = finding.layer?.origin === 'base' ? ' (base image)' : ''
  const path = pathOf(finding)
  return [
    escaped(
      finding.kind === 'vulnerability' ? finding.severity : `${finding.severity} ${finding.kind}`,
    ),
    linkTo(finding),
    escaped(`${subjectOf(finding)}${base}`),
    escaped(fixOf(finding)),
    path === '' ? '' : code(path),
  ]
}

function linkTo(finding: Finding): string {
  const link = safeLink(finding.url)
  const names = escaped(namesOf(finding))
  if (link === undefined) return names
  // In HTML: an address could end a link of Markdown.
  return `<a href="${escaped(link)}">${names}</a>`
}

function countTable(judgement: Judgement): string {
  const { counts, blockingCounts, baseline } = judgement
  const row = (name: string, numbers: SeverityCounts): readonly string[] => [
    name,
    ...severities.map((severity) => numbers[severity].toFixed(0)),
  ]
  const isNew = judgement.findings.filter((judged) => judged.isNew === true)
  return table(
    ['', ...severities],
    [
      row('Close the gate', blockingCounts),
      ...(baseline === undefined ? [] : [row('New', countsIn(isNew))]),
      row('Found', counts),
    ],
  )
}

function countsIn(findings: readonly JudgedFinding[]): SeverityCounts {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 }
  for (const { finding } of findings) counts[finding.severity] += 1
  return counts
}

function changePart({ baseline }: Judgement, { folded }: SummaryLimits): string | undefined {
  if (baseline === undefined) return undefined
  const { source, unusable, added, fixed, isGating } = baseline
  const against = `Against ${code(plainLine(source))}`
  if (unusable !== undefined) {
    return paragraph(
      `**${against}: it could not be used, so everything counts as new.** ${escaped(plainLine(unusable, 500))}`,
    )
  }
  const words = `${countOf(added.length, 'finding is', 'findings are')} new, ${fixed.length} fixed`
  const gating = isGating ? '' : ' This is only shown: what is not new closes the gate as well.'
  return document(
    paragraph(`${against}: ${escaped(words)}.${gating}`),
    foldedList(`New: ${wordsFor(added)}`, added, folded),
    foldedList(`Fixed: ${wordsFor(fixed)}`, fixed, folded),
  )
}

function wordsFor(findings: readonly Finding[]): string {
  return `${findings.length.toFixed(0)} (${severityWords(findings)})`
}

function foldedList(name: string, findings: readonly Finding[], limit: number): string | undefined {
  if (findings.length === 0) return undefined
  const header = ['Severity', 'What', 'Where', 'Fixed in', 'Found at']
  return details(name, table(header, findings.map(findingCells), limit))
}

function waiverPart(report: GateReport, { folded }: SummaryLimits): string | undefined {
  const waived = withOutcome(report.judgement.findings, 'waived')
  const notes = waiverNotes(report.judgement.waivers)
  return joined(
    listOf(notes.map(({ text }) => escaped(text))),
    changesPart(report.waiverChanges, folded),
    waived.length === 0
      ? undefined
      : details(`Waived: ${waived.length}`, waivedTable(waived, folded)),
  )
}

function waivedTable(waived: readonly JudgedFinding[], limit: number): string {
  const rows = waived.flatMap(({ finding, decision }) => {
    if (decision.outcome !== 'waived') return []
    const { owner, expires, reason, origin } = decision.waiver
    return [
      [
        escaped(finding.severity),
        linkTo(finding),
        escaped(subjectOf(finding)),
        escaped(plainLine(owner ?? 'nobody', 80)),
        escaped(dayOf(expires)),
        escaped(plainLine(reason ?? 'none given', 300)),
        code(`${plainLine(origin.file)}:${origin.line}`),
      ],
    ]
  })
  return table(['Severity', 'What', 'Where', 'Owner', 'Expires', 'Reason', 'Waiver'], rows, limit)
}

function changesPart(
  changes: readonly WaiverChange[] | undefined,
  limit: number,
): string | undefined {
  if (changes === undefined || changes.length === 0) return undefined
  const rows = changes.map(({ change, ids, owner, expires, place }) => [
    escaped(change),
    escaped(plainLine(ids.join(', '), 120)),
    escaped(plainLine(owner ?? 'nobody', 80)),
    escaped(dayOf(expires)),
    code(`${plainLine(place.file)}:${place.line}`),
  ])
  return document(
    title('Waivers that change with this pull request'),
    table(['Change', 'What', 'Owner', 'Expires', 'Waiver'], rows, limit),
  )
}

function vexPart({ findings, vex }: Judgement, { folded }: SummaryLimits): string | undefined {
  const excluded = withOutcome(findings, 'excluded')
  const notes = [
    ...vex.untrusted.map(
      ({ document: { origin }, reason }) => `VEX ${origin.name} does not count: ${reason}`,
    ),
    ...vex.notes,
  ]
  return joined(
    listOf(notes.slice(0, folded).map((note) => escaped(plainLine(note, 500)))),
    excluded.length === 0
      ? undefined
      : details(`Excluded by VEX: ${excluded.length}`, findingTable(excluded, folded, reasonOf)),
  )
}

function gracePart({ findings }: Judgement, { folded }: SummaryLimits): string | undefined {
  const waiting = withOutcome(findings, 'in-grace')
  if (waiting.length === 0) return undefined
  const until = ({ decision }: JudgedFinding): string =>
    decision.outcome === 'in-grace' ? `until ${dayOf(decision.until)}` : ''
  return details(`To be fixed in time: ${waiting.length}`, findingTable(waiting, folded, until))
}

function othersPart({ findings }: Judgement, { folded }: SummaryLimits): string | undefined {
  const others = [...withOutcome(findings, 'not-new'), ...withOutcome(findings, 'below-policy')]
  if (others.length === 0) return undefined
  return details(`Do not close the gate: ${others.length}`, findingTable(others, folded, reasonOf))
}

function scanOf(scan: ReportedScan, at: Date): string {
  const { scanner, platform, digest, databaseBuilt, ignoredCount, alerts } = scan
  const on = platform === '' ? '' : ` (${escaped(plainLine(platform, 60))})`
  const sentences = [
    `${code(digest)}${on}, scanned by ${escaped(plainLine(`${scanner.name} ${scanner.version}`, 80))}${databaseWords(databaseBuilt, at)}.`,
    ...(ignoredCount === 0 ? [] : [`Left out by the scanner’s own rules: ${ignoredCount}.`]),
    ...alerts.slice(0, 5).map((alert) => `Less certain: ${escaped(plainLine(alert, 300))}.`),
  ]
  return sentences.join(' ')
}

function databaseWords(built: Date | undefined, at: Date): string {
  if (built === undefined) return ''
  const ageHours = Math.max(0, (at.getTime() - built.getTime()) / 3_600_000)
  return ` with a database built ${escaped(built.toISOString())}, ${ageHours.toFixed(0)} h before`
}
