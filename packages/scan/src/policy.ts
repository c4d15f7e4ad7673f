import { isAtLeast, severities } from './finding.ts'
import type { Finding, RatedSeverity, Severity } from './finding.ts'

/** Which findings close the gate. */
export interface Policy {
  /** The least severity that closes it. */
  readonly cutoff: RatedSeverity
  /** Whether only findings for which a fix is published count. */
  readonly onlyFixed: boolean
  /** Whether findings that nobody has rated count, whatever the cutoff. */
  readonly failOnUnknown: boolean
}

/** What the policy says of an image. */
export interface Verdict {
  readonly verdict: 'pass' | 'fail'
  /** All that was judged. */
  readonly findings: readonly Finding[]
  /** The findings that close the gate, in the order given. */
  readonly failing: readonly Finding[]
  /** All findings by severity, those that do not close the gate included. */
  readonly counts: Readonly<Record<Severity, number>>
}

/** Holds findings against a policy. */
export function judge(findings: readonly Finding[], policy: Policy): Verdict {
  const failing = findings.filter((finding) => closesGate(finding, policy))
  return {
    verdict: failing.length === 0 ? 'pass' : 'fail',
    findings,
    failing,
    counts: countBySeverity(findings),
  }
}

function closesGate({ severity, isFixed }: Finding, policy: Policy): boolean {
  if (policy.onlyFixed && !isFixed) return false
  if (severity === 'unknown') return policy.failOnUnknown
  return isAtLeast(severity, policy.cutoff)
}

function countBySeverity(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 }
  for (const severity of severities) {
    counts[severity] = findings.filter((finding) => finding.severity === severity).length
  }
  return counts
}
