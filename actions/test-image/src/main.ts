import { readInputs } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { checkInputs } from './check-inputs.ts'
import { declaration } from './declaration.ts'
import type { Output } from './declaration.ts'
import { renderSummary } from './report/render-summary.ts'
import { testAnnotations, testFailure } from './report/test-failure.ts'
import { run } from './run.ts'
import type { TestedImage } from './run.ts'

const noOutputs: Readonly<Record<Output, string>> = {
  result: 'error',
  ...{ digest: '', report: '', junit: '', runtime: '', tests: '0', failed: '0' },
}

/** Tests the image; the result is an output and in the summary before the step fails by it. */
export async function main(runner: Runner): Promise<void> {
  const tested = await testedBy(runner)
  const { report } = tested
  runner.setOutputs(outputsOf(tested))
  await runner.writeSummary(renderSummary(report))
  runner.annotate(testAnnotations(report))
  const failure = testFailure(report)
  if (failure !== undefined) throw failure
}

async function testedBy(runner: Runner): Promise<TestedImage> {
  try {
    const inputs = await readInputs(declaration.inputs, runner, (values) =>
      checkInputs(values, runner.files),
    )
    return await run(inputs, { ...runner, architecture: process.arch }, runner.run)
  } catch (error) {
    runner.setOutputs(noOutputs)
    throw error
  }
}

function outputsOf({ report, reportPath, junitPath }: TestedImage): Record<Output, string> {
  const { result, digest, runtime, tests } = report
  const failed = tests.filter((test) => test.result === 'failed')
  return {
    ...{ result, digest, report: reportPath, junit: junitPath },
    runtime: runtime.name === 'none' ? '' : runtime.name,
    tests: String(tests.length),
    failed: String(failed.length),
  }
}
