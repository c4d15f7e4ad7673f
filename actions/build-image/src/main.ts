import { readInputs } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { checkInputs } from './check-inputs.ts'
import { declaration } from './declaration.ts'
import { outputsOf } from './outputs.ts'
import { renderSummary } from './render-summary.ts'
import { run } from './run.ts'

/** Builds the image, and hands over its digest and layout. */
export async function main(runner: Runner): Promise<void> {
  const inputs = await readInputs(declaration.inputs, runner, (values) =>
    checkInputs(values, runner),
  )
  for (const { value } of inputs['secret-envs'] ?? []) runner.mask(runner.environment[value] ?? '')
  const result = await run(inputs, runner)
  runner.setOutputs(outputsOf(result))
  await runner.writeSummary(renderSummary(result))
  if (result.judgement.refusal !== undefined) throw result.judgement.refusal
}
