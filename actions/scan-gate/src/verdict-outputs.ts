import type { Output } from './declaration.ts'
import type { GateResult } from './run.ts'

/** The outputs of an image that was judged. */
export function verdictOutputs(result: GateResult): Readonly<Record<Output, string>> {
  const { verdict, failing, counts } = result.judgement
  return {
    verdict,
    digest: result.digest,
    report: result.images.map(({ reportPath }) => reportPath).join('\n'),
    failing: failing.length.toFixed(0),
    critical: counts.critical.toFixed(0),
    high: counts.high.toFixed(0),
    medium: counts.medium.toFixed(0),
    low: counts.low.toFixed(0),
    negligible: counts.negligible.toFixed(0),
    unknown: counts.unknown.toFixed(0),
  }
}

/**
 * The outputs of an image that could not be judged. Numbers are left empty: a zero would let a
 * later step believe that nothing was found.
 */
export const errorOutputs: Readonly<Record<Output, string>> = {
  verdict: 'error',
  digest: '',
  report: '',
  failing: '',
  critical: '',
  high: '',
  medium: '',
  low: '',
  negligible: '',
  unknown: '',
}
