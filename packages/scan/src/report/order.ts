import { severities } from '../finding.ts'
import type { JudgedFinding, Outcome } from '../gate/judgement.ts'

/** What closes the gate first, what is out of the question last. */
const outcomes: readonly Outcome[] = [
  'blocks',
  'in-grace',
  'not-new',
  'below-policy',
  'waived',
  'excluded',
]

/** Findings in the order in which they matter; those that matter the same keep theirs. */
export function worstFirst(findings: readonly JudgedFinding[]): readonly JudgedFinding[] {
  return findings.toSorted((one, other) => rankOf(one) - rankOf(other))
}

function rankOf({ finding, decision }: JudgedFinding): number {
  const severity = severities.indexOf(finding.severity)
  return outcomes.indexOf(decision.outcome) * severities.length + severity
}

/** The findings of one outcome, worst first. */
export function withOutcome(
  findings: readonly JudgedFinding[],
  outcome: Outcome,
): readonly JudgedFinding[] {
  return worstFirst(findings.filter(({ decision }) => decision.outcome === outcome))
}
