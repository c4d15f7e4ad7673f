import type { Severity } from '../finding.ts'
import { Malformed } from './json-value.ts'

/** The words that a format has for severities, in lower case. */
export type SeverityWords = Readonly<Record<string, Severity>>

/** What most formats say. */
export const plainWords: SeverityWords = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
  negligible: 'negligible',
  unknown: 'unknown',
}

/**
 * The severity that a report gives. A word that the format does not have makes the report unusable:
 * taken for "unknown" it could open the gate of a policy that lets unrated findings pass.
 */
export function severityOf(word: string | undefined, words: SeverityWords, key: string): Severity {
  if (word === undefined) return 'unknown'
  const lower = word.toLowerCase()
  const severity = Object.hasOwn(words, lower) ? words[lower] : undefined
  if (severity !== undefined) return severity
  throw new Malformed(key, `has "${word}", which is no severity of this format`)
}

/**
 * The severity of a CVSS score, by the bands of the CVSS specification. Tools write 0 where nobody
 * has rated it, and so it is read.
 */
export function severityOfScore(score: number | undefined): Severity {
  if (score === undefined || Number.isNaN(score) || score <= 0) return 'unknown'
  if (score >= 9) return 'critical'
  if (score >= 7) return 'high'
  return score >= 4 ? 'medium' : 'low'
}
