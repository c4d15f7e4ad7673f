import { severities } from '../finding.ts'
import type { Severity } from '../finding.ts'
import type { GatePolicy } from '../policy/gate-policy.ts'
import { countSeverities } from './counts.ts'
import type { JudgedFinding } from './judgement.ts'

/**
 * Closes the gate where there are more open vulnerabilities of a severity than the policy allows:
 * neither waived nor excluded nor known before. All of them block then, for none is the one too
 * many.
 */
export function heldToLimits(
  judged: readonly JudgedFinding[],
  { limits, baseline }: GatePolicy,
): readonly JudgedFinding[] {
  if (Object.keys(limits).length === 0) return judged
  const isKnown = ({ isNew }: JudgedFinding): boolean => baseline.gate === 'new' && isNew === false
  const open = new Set(judged.filter((one) => isOpen(one) && !isKnown(one)))
  const counts = countSeverities([...open].map(({ finding }) => finding))
  const reasons = new Map<Severity, string>()
  for (const severity of severities) {
    const limit = limits[severity]
    if (limit !== undefined && counts[severity] > limit) {
      reasons.set(
        severity,
        `there are ${counts[severity]} of severity ${severity}, and the policy allows ${limit}`,
      )
    }
  }
  return judged.map((one) => {
    const reason = open.has(one) ? reasons.get(one.finding.severity) : undefined
    if (reason === undefined || one.decision.outcome === 'blocks') return one
    return { ...one, decision: { outcome: 'blocks', reason } }
  })
}

function isOpen({ finding, decision }: JudgedFinding): boolean {
  if (finding.kind !== 'vulnerability') return false
  return ['blocks', 'in-grace', 'below-policy'].includes(decision.outcome)
}
