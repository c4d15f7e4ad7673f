import { assertNever } from '@oke-pipeline/core'
import { isAtLeast } from '../finding.ts'
import type { Finding } from '../finding.ts'
import type { GatePolicy } from '../policy/gate-policy.ts'
import { licenceJudge } from './judge-licence.ts'
import { noObjection, vulnerabilityJudge } from './judge-vulnerability.ts'
import type { Objection } from './judge-vulnerability.ts'

/** Holds findings of every kind against a policy; limits need the whole and come later. */
export function policyJudge(policy: GatePolicy, now: Date): (finding: Finding) => Objection {
  const judgeVulnerability = vulnerabilityJudge(policy.vulnerabilities, now)
  const judgeLicence = licenceJudge(policy.licences)
  const secret: Objection = policy.secrets
    ? { kind: 'blocks', reason: 'it is a secret' }
    : noObjection
  return (finding) => {
    switch (finding.kind) {
      case 'vulnerability':
        return judgeVulnerability(finding)
      case 'secret':
        return secret
      case 'misconfiguration':
        return judgeMisconfiguration(policy, finding)
      case 'licence':
        return judgeLicence(finding.id)
      default:
        return assertNever(finding.kind)
    }
  }
}

/** One that nobody has rated counts as that severe: it could be. */
function judgeMisconfiguration(
  { misconfigurations: least }: GatePolicy,
  { severity }: Finding,
): Objection {
  if (least === undefined) return noObjection
  if (severity !== 'unknown' && !isAtLeast(severity, least)) return noObjection
  return { kind: 'blocks', reason: `it is a misconfiguration of severity ${severity}` }
}
