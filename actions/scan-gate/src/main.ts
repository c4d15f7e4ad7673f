import { readInputs } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { checkInputs } from './check-inputs.ts'
import { closeGate } from './close-gate.ts'
import { declaration } from './declaration.ts'
import { gatePorts } from './gate-ports.ts'
import { renderSummary } from './render-summary.ts'
import { run } from './run.ts'
import type { GateResult } from './run.ts'
import { errorOutputs, verdictOutputs } from './verdict-outputs.ts'

/** Judges the image; the verdict is an output and in the summary before the step fails by it. */
export async function main(runner: Runner): Promise<void> {
  const result = await judged(runner)
  runner.setOutputs(verdictOutputs(result))
  await runner.writeSummary(renderSummary(result))
  closeGate(result, runner)
}

async function judged(runner: Runner): Promise<GateResult> {
  try {
    const inputs = await readInputs(declaration.inputs, runner, (values) =>
      checkInputs(values, runner.files),
    )
    return await run(inputs, gatePorts(runner))
  } catch (error) {
    runner.setOutputs(errorOutputs)
    throw error
  }
}
