import { join } from 'node:path'
import { GateError } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import type { DemandedEvidence } from '@oke-pipeline/delivery'
import { assertProved } from '@oke-pipeline/evidence'
import {
  diffLines,
  formatPlan,
  isEmptyPlan,
  nameOf,
  pinnedName,
  planDocument,
  planHash,
  planRelease,
} from '@oke-pipeline/kubernetes'
import type { Plan, Release } from '@oke-pipeline/kubernetes'
import type { CompleteInputs } from '../declaration.ts'
import type { Deployment } from '../prepare.ts'
import { wantedRelease } from '../wanted-release.ts'
import { warningAnnotations } from '../warning-annotations.ts'
import { commentPlan } from './comment.ts'
import { commitsSince } from './commits.ts'
import { changeOf, inWords, pullSecretWords, renderPlan } from './render-plan.ts'

/**
 * Finds out what a deployment would do, and shows it; changes nothing.
 * @throws {@link GateError} with `mode: plan`, when the image lacks evidence that is required of it,
 * so that deploying would be refused; with `mode: diff-exit-code`, when there is anything to change.
 */
export async function makePlan(
  inputs: CompleteInputs,
  { cluster, manifests, newNamespace, pullSecret }: Deployment,
  { evidence, runner }: { readonly evidence: readonly DemandedEvidence[]; readonly runner: Runner },
): Promise<void> {
  const release = await wantedRelease(inputs, manifests, runner)
  const found = await runner.log.group(title(release), () => planRelease(cluster, release))
  const plan = planDocument(found, pullSecret)
  tell(plan, runner)
  const file = inputs.plan ?? join(runner.files.temp, defaultName(plan))
  await runner.files.writeText(file, formatPlan(plan))
  runner.setOutputs(outputsOf(plan, file))
  const token = inputs['github-token']
  const commits = await commitsSince(found, token, runner)
  const markdown = renderPlan(plan, { newNamespace, commits, evidence })
  await runner.writeSummary(markdown)
  runner.annotate(warningAnnotations(found.warnings))
  if (inputs.comment) await commentPlan(plan, markdown, { token, runner })
  if (inputs.mode === 'plan') assertProved(inputs.image.digest, evidence)
  if (inputs.mode === 'diff-exit-code' && !isEmptyPlan(plan)) throw differenceOf(plan)
}

function title({ address }: Release): string {
  return `Plan "${address.release}" in "${address.namespace}"`
}

function defaultName({ namespace, release }: Plan): string {
  return `oke-pipeline-plan-${namespace}-${release}.json`
}

function tell(plan: Plan, { log }: Runner): void {
  if (plan.pullSecret !== undefined) log.info(pullSecretWords(plan.pullSecret))
  for (const object of plan.objects.filter(({ change }) => change !== 'unchanged')) {
    log.info(`${nameOf(object)}: ${changeOf(object)}`)
    for (const line of diffLines(object)) log.info(`  ${line}`)
  }
  for (const reference of plan.deleted) log.info(`${nameOf(reference)}: deleted`)
  log.info(inWords(plan))
}

function outputsOf(plan: Plan, file: string): Readonly<Record<string, string>> {
  return {
    status: 'planned',
    image: pinnedName(plan.image),
    'previous-digest': plan.base?.digest ?? '',
    namespace: plan.namespace,
    changed: isEmptyPlan(plan) ? 'false' : 'true',
    plan: file,
    'plan-hash': planHash(plan),
  }
}

function differenceOf(plan: Plan): GateError {
  return new GateError({
    title: `"${plan.release}" in the namespace "${plan.namespace}" is not as it is written`,
    explanation: inWords(plan),
    remedy: 'The job summary shows the fields. Deploy, or change the manifests to what is there.',
  })
}
