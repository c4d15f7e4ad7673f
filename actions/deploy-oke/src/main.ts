import { document, readInputs } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { completedByEnvironment, renderEvidence } from '@oke-pipeline/delivery'
import { assertProved } from '@oke-pipeline/evidence'
import { inNewNamespace, withNamespaceToCome } from '@oke-pipeline/kubernetes'
import { completedInputs } from './declaration.ts'
import { evidenceFor, requirementProblems } from './evidence.ts'
import { failureAnnotations } from './failure-annotations.ts'
import { failureOf } from './failure.ts'
import { outputsOf } from './outputs.ts'
import { readApproval } from './plan/approved-plan.ts'
import type { ApprovalReading } from './plan/approved-plan.ts'
import { makePlan } from './plan/make-plan.ts'
import { prepare } from './prepare.ts'
import type { Deployment, Preparation } from './prepare.ts'
import { renamedInputs } from './renamed-inputs.ts'
import { renderSummary } from './render-summary.ts'
import { run } from './run.ts'
import { warningAnnotations } from './warning-annotations.ts'

/**
 * Deploys the image, and says what became of it; fails unless it is seen to run. With another mode,
 * only says what deploying would do.
 */
export async function main(runner: Runner): Promise<void> {
  let preparation: Preparation | undefined
  let reading: ApprovalReading | undefined
  const source = await completedByEnvironment(runner, runner.files)
  const given = await readInputs(completedInputs, source, async (values) => {
    preparation = await prepare(values, source, runner)
    reading = await readApproval(values, runner.files)
    annotateFiles(preparation, runner)
    return [
      ...renamedInputs(runner),
      ...preparation.problems,
      ...reading.problems,
      ...(await requirementProblems(values, runner)),
    ]
  })
  if (preparation?.deployment === undefined || reading === undefined) {
    throw new Error('Nothing was prepared')
  }
  const { deployment } = preparation
  const inputs = { ...given, ...deployment.inputs }
  const evidence = await evidenceFor(inputs, runner)
  if (inputs.mode !== 'apply') return makePlan(inputs, planned(deployment), { evidence, runner })
  assertProved(inputs.image.digest, evidence)
  const { approval } = reading
  const outcome = await inItsNamespace(deployment, () =>
    run(inputs, deployment, { approval, runner }),
  )
  runner.setOutputs(outputsOf(outcome))
  await runner.writeSummary(document(renderSummary(outcome), renderEvidence(evidence)))
  runner.annotate([
    ...failureAnnotations(outcome, deployment.manifests),
    ...warningAnnotations(outcome.deployed.objectWarnings),
  ])
  const failure = failureOf(outcome)
  if (failure !== undefined) throw failure
}

/** A plan makes no namespace, and yet has to say what would be in it. */
function planned(deployment: Deployment): Deployment {
  const { cluster, newNamespace } = deployment
  if (newNamespace === undefined) return deployment
  return { ...deployment, cluster: withNamespaceToCome(cluster, newNamespace.name) }
}

function inItsNamespace<T>(
  { cluster, newNamespace }: Deployment,
  work: () => Promise<T>,
): Promise<T> {
  return newNamespace === undefined ? work() : inNewNamespace(cluster, newNamespace, work)
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
