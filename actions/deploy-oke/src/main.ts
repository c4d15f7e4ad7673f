import { readInputs } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { completedByEnvironment } from '@oke-pipeline/delivery'
import { completedInputs } from './declaration.ts'
import { failureAnnotations } from './failure-annotations.ts'
import { failureOf } from './failure.ts'
import { outputsOf } from './outputs.ts'
import { readApproval } from './plan/approved-plan.ts'
import type { ApprovalReading } from './plan/approved-plan.ts'
import { makePlan } from './plan/make-plan.ts'
import { prepare } from './prepare.ts'
import type { Preparation } from './prepare.ts'
import { renderSummary } from './render-summary.ts'
import { run } from './run.ts'

/**
 * Deploys the image, and says what became of it; fails unless it is seen to run. With another mode,
 * only says what deploying would do.
 */
export async function main(runner: Runner): Promise<void> {
  let preparation: Preparation | undefined
  let reading: ApprovalReading | undefined
  const source = await completedByEnvironment(runner, runner.files)
  const inputs = await readInputs(completedInputs, source, async (values) => {
    preparation = await prepare(values, runner)
    reading = await readApproval(values, runner.files)
    annotateFiles(preparation, runner)
    return [...preparation.problems, ...reading.problems]
  })
  if (preparation?.deployment === undefined || reading === undefined) {
    throw new Error('Nothing was prepared')
  }
  if (inputs.mode !== 'apply') return makePlan(inputs, preparation.deployment, runner)
  const { approval } = reading
  const outcome = await run(inputs, preparation.deployment, { approval, runner })
  runner.setOutputs(outputsOf(outcome))
  await runner.writeSummary(renderSummary(outcome))
  runner.annotate(failureAnnotations(outcome, preparation.deployment.manifests))
  const failure = failureOf(outcome)
  if (failure !== undefined) throw failure
}

/** Shows problems of manifests beside the lines that have them. */
function annotateFiles({ misplaced }: Preparation, runner: Runner): void {
  runner.annotate(
    misplaced
      .filter(({ place }) => place.line !== undefined)
      .map(({ place, problem }) => ({
        level: 'error',
        title: 'deploy-oke: manifest not usable',
        message: problem,
        place,
      })),
  )
}
