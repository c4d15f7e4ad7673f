import type { ReportingDescriptor } from 'sarif'
import type { Finding, Severity } from '../finding.ts'
import { severities } from '../finding.ts'
import { plainLine, plainText, safeLink } from './foreign-text.ts'
import { groupedBy } from './grouped.ts'
import { escapedMarkdown } from './sarif-markdown.ts'
import { ruleIdOf, sarifLevels } from './sarif-result.ts'

/** The rules of a report, and which of them a finding goes by. */
export interface SarifRules {
  readonly rules: ReportingDescriptor[]
  readonly indexOf: (finding: Finding) => number
}

/** One rule for each identifier: what the findings of it have in common. */
export function sarifRules(findings: readonly Finding[]): SarifRules {
  const groups = [...groupedBy(findings, ruleIdOf)]
  const indexes = new Map(groups.map(([id], index) => [id, index]))
  return {
    rules: groups.map(([id, group]) => ruleOf(id, group)),
    indexOf: (finding) => indexes.get(ruleIdOf(finding)) ?? -1,
  }
}

function ruleOf(id: string, findings: readonly Finding[]): ReportingDescriptor {
  const worst = worstOf(findings)
  const link = safeLink(worst.url) ?? worst.references.map(safeLink).find(isKnown)
  const title = plainLine(worst.title ?? `${worst.kind} ${id}`, 200)
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: plainText(worst.description ?? title, 1000) },
    help: helpOf(id, { worst, link, title }),
    ...(link === undefined ? {} : { helpUri: link }),
    defaultConfiguration: { level: sarifLevels[worst.severity] },
    properties: {
      tags: tagsOf(worst),
      precision: 'very-high',
      ...securitySeverity(worst),
    },
  }
}

/** A group has a first finding, so there is a worst one. */
function worstOf(findings: readonly Finding[]): Finding {
  return findings.reduce((worst, finding) =>
    severities.indexOf(finding.severity) < severities.indexOf(worst.severity) ? finding : worst,
  )
}

interface HelpContent {
  readonly worst: Finding
  readonly link: string | undefined
  readonly title: string
}

function helpOf(
  id: string,
  { worst, link, title }: HelpContent,
): { text: string; markdown: string } {
  const facts = [
    `Severity: ${worst.severity}`,
    ...worst.ratings.map(({ source, severity, score }) =>
      plainLine(`${source}: ${severity}${score === undefined ? '' : `, CVSS ${score.toFixed(1)}`}`),
    ),
    ...(worst.aliases.length === 0 ? [] : [`Also known as ${plainLine(worst.aliases.join(', '))}`]),
    ...(worst.epss === undefined ? [] : [`EPSS: ${(worst.epss.probability * 100).toFixed(1)} %`]),
    ...(worst.isKnownExploited ? ['Known to be exploited (CISA)'] : []),
  ]
  const description = plainText(worst.description ?? '', 1500)
  return {
    text: [title, ...facts, description, link ?? ''].filter((line) => line !== '').join('\n'),
    markdown: [
      `**${escapedMarkdown(id)}** ${escapedMarkdown(title)}`,
      facts.map((fact) => `- ${escapedMarkdown(fact)}`).join('\n'),
      escapedMarkdown(description),
      link === undefined ? '' : `<${link}>`,
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
  }
}

/** GitHub takes 20 tags of a rule and shows 10. */
function tagsOf({ kind, severity, isKnownExploited }: Finding): string[] {
  return ['security', kind, severity, ...(isKnownExploited ? ['known-exploited'] : [])]
}

/** The scores that GitHub shows as our severity. */
const scoreRanges: Readonly<Record<Severity, { readonly from: number; readonly to: number }>> = {
  critical: { from: 9.1, to: 10 },
  high: { from: 7, to: 8.9 },
  medium: { from: 4, to: 6.9 },
  low: { from: 0.1, to: 3.9 },
  negligible: { from: 0.1, to: 0.1 },
  unknown: { from: 0, to: 0 },
}

/**
 * The severity that the gate goes by, as a score: the highest CVSS score, held to the range of the
 * severity. Who has none to rate a finding by gets none.
 */
function securitySeverity({ severity, ratings }: Finding): { 'security-severity'?: string } {
  if (severity === 'unknown') return {}
  const { from, to } = scoreRanges[severity]
  const scores = ratings.flatMap(({ score }) => (score === undefined ? [] : [score]))
  const score = scores.length === 0 ? (from + to) / 2 : Math.max(...scores)
  return { 'security-severity': Math.min(to, Math.max(from, score)).toFixed(1) }
}

function isKnown<T>(value: T | undefined): value is T {
  return value !== undefined
}
