import type { Finding } from '../finding.ts'
import type { JudgedFinding, Outcome, SeverityCounts } from './judgement.ts'

/** How many findings there are of each severity. */
export function countSeverities(findings: readonly Finding[]): SeverityCounts {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 }
  for (const { severity } of findings) counts[severity] += 1
  return counts
}

/** How many findings there are of each outcome. */
export function countOutcomes(judged: readonly JudgedFinding[]): Readonly<Record<Outcome, number>> {
  const counts = {
    blocks: 0,
    waived: 0,
    excluded: 0,
    'in-grace': 0,
    'not-new': 0,
    'below-policy': 0,
  }
  for (const { decision } of judged) counts[decision.outcome] += 1
  return counts
}
