import { readInputs } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { checkInputs } from './check-inputs.ts'
import { declaration } from './declaration.ts'
import { renderSummary } from './render-summary.ts'
import { run } from './run.ts'
import type { TestResult } from './run.ts'
import { testFailure } from './test-failure.ts'

/** Tests the image; the result is an output and in the summary before the step fails by it. */
export async function main(runner: Runner): Promise<void> {
  const { report, reportPath } = await tested(runner)
  runner.setOutputs({ result: report.result, digest: report.digest, report: reportPath })
  await runner.writeSummary(renderSummary(report))
  const failure = testFailure(report)
  if (failure !== undefined) throw failure
}

async function tested(runner: Runner): Promise<TestResult> {
  try {
    const inputs = await readInputs(declaration.inputs, runner, (values) =>
      checkInputs(values, runner.files),
    )
    return await run(inputs, { ...runner, architecture: process.arch })
  } catch (error) {
    runner.setOutputs({ result: 'error', digest: '', report: '' })
    throw error
  }
}
