import { countsOf, severities } from '@oke-pipeline/scan'
import { declaration } from './declaration.ts'
import type { Output } from './declaration.ts'
import type { GateResult } from './run.ts'

/** The outputs of an image that was judged. */
export function verdictOutputs(result: GateResult): Readonly<Record<Output, string>> {
  const { judgement } = result.report
  const { written } = result
  return {
    verdict: judgement.verdict,
    digest: judgement.digest,
    counts: JSON.stringify({ schema: 'scan-gate/counts/v1', ...countsOf(judgement) }),
    new: judgement.baseline?.added.length.toFixed(0) ?? '',
    failing: judgement.blocking.length.toFixed(0),
    ...severityOutputs(judgement.counts),
    report: written.report,
    'scanner-reports': written.scannerReports.join('\n'),
    sarif: written.sarif ?? '',
    html: written.html ?? '',
    csv: written.csv ?? '',
    sbom: written.sbom ?? '',
    statement: result.statement ?? '',
  }
}

type Counts = GateResult['report']['judgement']['counts']

function severityOutputs(counts: Counts): Record<keyof Counts, string> {
  const outputs = { critical: '', high: '', medium: '', low: '', negligible: '', unknown: '' }
  for (const severity of severities) outputs[severity] = counts[severity].toFixed(0)
  return outputs
}

/**
 * The outputs of an image that could not be judged. Numbers are left empty: a zero would let a
 * later step believe that nothing was found.
 */
export function errorOutputs(): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {}
  for (const name of Object.keys(declaration.outputs)) outputs[name] = ''
  return { ...outputs, verdict: 'error' }
}
