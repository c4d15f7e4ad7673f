import { CancelledError, ConfigurationError, ReportedError } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { renderMarkdown } from '@oke-pipeline/scan'
import { annotationsOf } from './annotations.ts'
import { closeGate } from './close-gate.ts'
import { gatePorts } from './gate-ports.ts'
import { letThrough } from './let-through.ts'
import { publish } from './publish.ts'
import { readGateInputs } from './read-gate-inputs.ts'
import type { GateInputs } from './read-gate-inputs.ts'
import { run } from './run.ts'
import type { GateResult } from './run.ts'
import { errorOutputs, verdictOutputs } from './verdict-outputs.ts'

/** Judges the image; the verdict is an output and in the summary before the step fails by it. */
export async function main(runner: Runner): Promise<void> {
  const given = await unlessFailed(runner, () => readGateInputs(runner))
  const ports = gatePorts(runner)
  const result = await judged(runner, given, () => run(given, ports))
  if (result === undefined) return
  const { report } = result
  runner.setOutputs(verdictOutputs(result))
  await runner.writeSummary(renderMarkdown(report))
  const { notes, failures } = await publish(report, given.inputs, ports)
  runner.annotate([...annotationsOf(report), ...notes])
  tellVerdict(result, runner)
  const [failure, ...others] = failures
  for (const error of others) runner.log.warning(error.message)
  // The verdict weighs more than where it could not be shown.
  if (failure !== undefined && report.judgement.verdict === 'fail')
    runner.log.warning(failure.message)
  closeGate(report.judgement)
  if (failure !== undefined) throw failure
}

function tellVerdict({ report: { judgement }, seconds }: GateResult, { log }: Runner): void {
  const { verdict, digest, findings, blocking } = judgement
  log.info(
    `Verdict: ${verdict} (${blocking.length} of ${findings.length} findings close the gate, ${digest}, ${seconds.toFixed(1)} s)`,
  )
}

/** Whatever fails before there is a verdict, the output says that there is none. */
async function unlessFailed<T>(runner: Runner, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    runner.setOutputs(errorOutputs())
    throw error
  }
}

/** The result; undefined where the mode lets through what could not be judged. */
async function judged(
  runner: Runner,
  { rules }: GateInputs,
  work: () => Promise<GateResult>,
): Promise<GateResult | undefined> {
  try {
    return await unlessFailed(runner, work)
  } catch (error) {
    const isVerdictMissing =
      error instanceof ReportedError &&
      !(error instanceof CancelledError) &&
      !(error instanceof ConfigurationError)
    if (rules.policy.mode !== 'continue' || !isVerdictMissing) throw error
    await letThrough(error, runner)
    return undefined
  }
}
