import { GateError } from '@oke-pipeline/core'
import { describeFinding, verdictTitle } from '@oke-pipeline/scan'
import type { Judgement } from '@oke-pipeline/scan'

const named = 5

/**
 * Acts on the verdict: a failing image fails the step, unless the mode lets it through.
 * @throws {@link GateError} that names the worst findings.
 */
export function closeGate(judgement: Judgement): void {
  const { verdict, policy, blocking, digest } = judgement
  if (verdict === 'pass' || policy.mode !== 'enforce') return
  const worst = blocking.slice(0, named).map(({ finding }) => `\n  - ${describeFinding(finding)}`)
  const rest = blocking.length - worst.length
  throw new GateError({
    title: verdictTitle(judgement),
    explanation: `${digest} has what the policy forbids:${worst.join('')}${rest > 0 ? `\n  … ${rest} more` : ''}`,
    remedy: '\nThe job summary says what to do about each, and has the whole list.',
  })
}
