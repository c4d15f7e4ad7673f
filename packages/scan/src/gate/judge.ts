import { GateError } from '@oke-pipeline/core'
import type { Baseline } from '../baseline/baseline.ts'
import { findingSet } from '../baseline/compare-baseline.ts'
import type { Finding } from '../finding.ts'
import { policyHash } from '../policy/policy-hash.ts'
import { judgeVex } from '../vex/judge-vex.ts'
import { judgeWaivers } from '../waivers/judge-waivers.ts'
import { countOutcomes, countSeverities } from './counts.ts'
import type { JudgeContext } from './judge-context.ts'
import type { BaselineReport, Decision, JudgedFinding, Judgement } from './judgement.ts'
import { heldToLimits } from './limits.ts'
import { policyJudge } from './policy-judge.ts'
import { warningsOf } from './warnings.ts'

/**
 * Says of every finding what becomes of it, and of the image whether it may pass. The order of
 * findings, waivers and documents does not matter; time and memory grow with their number.
 * @throws {@link GateError} where the baseline cannot be used and the policy wants one.
 */
export function judge(findings: readonly Finding[], context: JudgeContext): Judgement {
  const { policy, now, digest } = context
  const baseline = usableBaseline(context)
  const waivers = judgeWaivers(context)
  const vex = judgeVex(context)
  const decide = decider(context, { waivers, vex, baseline })
  const judged = heldToLimits(findings.map(decide), policy)
  const blocking = judged.filter(({ decision }) => decision.outcome === 'blocks')
  const parts = {
    verdict: blocking.length === 0 ? ('pass' as const) : ('fail' as const),
    findings: judged,
    blocking,
    counts: countSeverities(findings),
    blockingCounts: countSeverities(blocking.map(({ finding }) => finding)),
    outcomes: countOutcomes(judged),
    waivers: waivers.report(),
    vex: vex.report(),
    baseline: reportOf(context, judged),
    policy,
    policyHash: policyHash(policy),
    at: now,
    digest,
  }
  return { ...parts, warnings: warningsOf(parts) }
}

interface Parts {
  readonly waivers: ReturnType<typeof judgeWaivers>
  readonly vex: ReturnType<typeof judgeVex>
  readonly baseline: Baseline | undefined
}

function decider(
  { policy, now }: JudgeContext,
  { waivers, vex, baseline }: Parts,
): (finding: Finding) => JudgedFinding {
  const object = policyJudge(policy, now)
  const known = baseline?.usable === true ? findingSet(baseline.findings) : undefined
  const isGating = policy.baseline.gate === 'new'
  return (finding) => {
    const isNew = baseline === undefined ? undefined : known?.has(finding) !== true
    const { waiver, expired: expiredWaiver } = waivers.covering(finding)
    const decision =
      excluded(vex.applying(finding)) ??
      waived(waiver) ??
      decisionOf(object(finding), isGating && isNew === false)
    return { finding, decision, isNew, expiredWaiver }
  }
}

function excluded(vex: ReturnType<Parts['vex']['applying']>): Decision | undefined {
  if (vex === undefined) return undefined
  const { status, justification } = vex.statement
  if (status !== 'not_affected' && status !== 'fixed') return undefined
  const says = status === 'fixed' ? 'fixed' : `not affected (${justification ?? 'no reason given'})`
  return { outcome: 'excluded', reason: `VEX of ${vex.document.origin.name} says: ${says}`, vex }
}

function waived(waiver: ReturnType<Parts['waivers']['covering']>['waiver']): Decision | undefined {
  if (waiver === undefined) return undefined
  return { outcome: 'waived', reason: waiver.reason ?? 'the waiver gives no reason', waiver }
}

const belowPolicy: Decision = { outcome: 'below-policy', reason: 'no rule of the policy is met' }

function decisionOf(
  objection: ReturnType<ReturnType<typeof policyJudge>>,
  isKnown: boolean,
): Decision {
  if (objection.kind === 'none') return belowPolicy
  if (isKnown) return { outcome: 'not-new', reason: 'the baseline has it already' }
  if (objection.kind === 'blocks') return { outcome: 'blocks', reason: objection.reason }
  return { outcome: 'in-grace', reason: objection.reason, until: objection.until }
}

/** An unusable baseline never excuses: all counts as new, or there is no verdict at all. */
function usableBaseline({ baseline, policy }: JudgeContext): Baseline | undefined {
  if (baseline?.usable !== false || policy.baseline.unusable === 'all-new') return baseline
  throw new GateError({
    title: `Baseline "${baseline.source}" cannot be used`,
    explanation: baseline.reason,
    remedy:
      'Give another baseline, or set "unusable: all-new" below "baseline" in the policy to count everything as new.',
  })
}

function reportOf(
  { baseline, policy }: JudgeContext,
  judged: readonly JudgedFinding[],
): BaselineReport | undefined {
  if (baseline === undefined) return undefined
  const { source } = baseline
  const current = findingSet(judged.map(({ finding }) => finding))
  return {
    source,
    unusable: baseline.usable ? undefined : baseline.reason,
    isGating: policy.baseline.gate === 'new',
    added: judged.filter(({ isNew }) => isNew === true).map(({ finding }) => finding),
    fixed: baseline.usable ? baseline.findings.filter((finding) => !current.has(finding)) : [],
  }
}
