import { GateError } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { describeFinding } from './describe-finding.ts'
import type { GateResult } from './run.ts'

const named = 5

/**
 * Acts on the verdict: a failing image fails the step, or is only warned of where the mode says so.
 * @throws {@link GateError} that names the worst vulnerabilities.
 */
export function closeGate(result: GateResult, runner: Pick<Runner, 'annotate' | 'log'>): void {
  const error = gateError(result)
  if (error === undefined) {
    runner.log.info(`Gate open: nothing in ${result.digest} is ${thresholdOf(result)}`)
    return
  }
  if (result.mode === 'enforce') throw error
  runner.annotate([
    { level: 'warning', title: `scan-gate: ${error.title}`, message: error.explanation },
  ])
}

function gateError(result: GateResult): GateError | undefined {
  const { failing, verdict } = result.judgement
  if (verdict === 'pass') return undefined
  const worst = failing.slice(0, named).map((finding) => `\n  - ${describeFinding(finding)}`)
  const rest = failing.length - worst.length
  return new GateError({
    title: `Gate closed by ${countOf(failing.length)}`,
    explanation: `${result.digest} has ${countOf(failing.length)} ${thresholdOf(result)}:${worst.join('')}${rest > 0 ? `\n  … ${rest} more` : ''}`,
    remedy:
      '\nUpdate these packages or the base image, and build again. The summary has the whole list.',
  })
}

function countOf(count: number): string {
  return count === 1 ? 'one vulnerability' : `${count} vulnerabilities`
}

/** What closes the gate, as it completes "vulnerabilities …". */
export function thresholdOf({ policy }: Pick<GateResult, 'policy'>): string {
  const severity = policy.cutoff === 'critical' ? 'critical' : `${policy.cutoff} or worse`
  const unknown = policy.failOnUnknown ? ', or not rated' : ''
  return `${severity}${unknown}${policy.onlyFixed ? ', with a fix' : ''}`
}
