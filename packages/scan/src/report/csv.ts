import { stringify } from 'csv-stringify/sync'
import type { JudgedFinding } from '../gate/judgement.ts'
import { plainLine } from './foreign-text.ts'
import type { GateReport } from './gate-report.ts'
import { worstFirst } from './order.ts'

/** The columns of the CSV report, and what is in them; new ones are added at the end. */
const columns: Readonly<Record<string, (judged: JudgedFinding) => string>> = {
  outcome: ({ decision }) => decision.outcome,
  reason: ({ decision }) => decision.reason,
  kind: ({ finding }) => finding.kind,
  id: ({ finding }) => finding.id,
  aliases: ({ finding }) => finding.aliases.join(' '),
  severity: ({ finding }) => finding.severity,
  package: ({ finding }) => finding.package?.name ?? '',
  version: ({ finding }) => finding.package?.version ?? '',
  type: ({ finding }) => finding.package?.type ?? '',
  'fixed-in': ({ finding }) => finding.fixedIn.join(' '),
  path: ({ finding }) => finding.package?.path ?? finding.place?.path ?? '',
  'base-image': ({ finding }) => yesOrNo(originOf(finding)),
  new: ({ isNew }) => yesOrNo(isNew),
  'known-exploited': ({ finding }) => yesOrNo(finding.isKnownExploited),
  epss: ({ finding }) => finding.epss?.probability.toString() ?? '',
  published: ({ finding }) => finding.publishedAt?.toISOString() ?? '',
  platforms: ({ finding }) => finding.platforms.join(' '),
  'found-by': ({ finding }) => finding.foundBy.join(' '),
  title: ({ finding }) => finding.title ?? '',
  url: ({ finding }) => finding.url ?? '',
  'waiver-owner': ({ decision }) => waiverOf(decision)?.owner ?? '',
  'waiver-expires': ({ decision }) => waiverOf(decision)?.expires?.toISOString() ?? '',
}

function originOf({ layer }: JudgedFinding['finding']): boolean | undefined {
  return layer?.origin === undefined ? undefined : layer.origin === 'base'
}

function waiverOf(
  decision: JudgedFinding['decision'],
): { readonly owner: string | undefined; readonly expires: Date | undefined } | undefined {
  return decision.outcome === 'waived' ? decision.waiver : undefined
}

function yesOrNo(value: boolean | undefined): string {
  if (value === undefined) return ''
  return value ? 'yes' : 'no'
}

/**
 * All findings as CSV (RFC 4180), worst first. A cell that a spreadsheet would take for a formula
 * starts with an apostrophe.
 */
export function renderCsv({ judgement }: GateReport): string {
  const rows = worstFirst(judgement.findings).map((judged) =>
    Object.values(columns).map((cell) => plainLine(cell(judged), 500)),
  )
  return stringify([Object.keys(columns), ...rows], {
    escape_formulas: true,
    record_delimiter: 'windows',
  })
}
