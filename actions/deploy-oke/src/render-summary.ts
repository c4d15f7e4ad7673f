import {
  code,
  codeBlock,
  details,
  document,
  escaped,
  formatSeconds,
  heading,
  paragraph,
  table,
} from '@oke-pipeline/core'
import { formatPlace, nameOf, pinnedName, referenceOf } from '@oke-pipeline/kubernetes'
import type { DeployResult, Diagnosis, ObjectChange, WorkloadState } from '@oke-pipeline/kubernetes'
import { stateAfter } from './failure.ts'
import { lifetimeOf } from './pull-secret.ts'
import type { Outcome } from './run.ts'

/** The job summary of a deployment. */
export function renderSummary(outcome: Outcome): string {
  const { deployed, wanted, namespace, release } = outcome
  const { failure, rollback } = deployed
  return document(
    heading(`${statusWords[deployed.status]}: ${release} in ${namespace}`),
    codeBlock(pinnedName(wanted)),
    failure === undefined ? undefined : paragraph(`<b>${escaped(failure.cause)}</b>`),
    rollback === undefined ? undefined : paragraph(escaped(stateAfter(rollback))),
    workloadTable(deployed.workloads),
    paragraph(escaped(factsOf(deployed))),
    pullSecretWords(outcome),
    ...(failure?.diagnoses ?? []).map(diagnosisDetails),
    warningDetails(deployed),
    changeDetails(deployed),
  )
}

const statusWords: Readonly<Record<DeployResult['status'], string>> = {
  deployed: 'Deployed',
  unchanged: 'Unchanged',
  'rolled-back': 'Rolled back',
  failed: 'Failed',
}

function workloadTable(workloads: readonly WorkloadState[]): string | undefined {
  if (workloads.length === 0) return undefined
  return table(
    ['Workload', 'Ready', 'Digest observed', ''],
    workloads.map(({ reference, readyPods, wantedPods, digests, phase, message }) => [
      escaped(nameOf(reference)),
      wantedPods + readyPods === 0 ? '–' : `${readyPods} of ${wantedPods}`,
      digests.map(code).join(' '),
      phase === 'ready' ? readyWords(message) : escaped(message),
    ]),
  )
}

/** What is ready needs no more words, unless some of its pods were left as they are. */
function readyWords(message: string): string {
  return message === 'is up to date' ? 'ready' : `ready: ${escaped(message)}`
}

function factsOf({ revision, previousDigest, seconds }: DeployResult): string {
  const spent = [
    `checks ${formatSeconds(seconds.checks)}`,
    `rollout ${formatSeconds(seconds.rollout)}`,
    ...(seconds.rollback > 0 ? [`rollback ${formatSeconds(seconds.rollback)}`] : []),
  ]
  const before = previousDigest === undefined ? 'the first release' : `before: ${previousDigest}`
  return `Revision ${revision}, ${before}; ${spent.join(', ')}.`
}

function pullSecretWords({ pullSecret }: Outcome): string | undefined {
  const words = pullSecret === undefined ? undefined : lifetimeOf(pullSecret)
  return words === undefined ? undefined : paragraph(escaped(words))
}

function diagnosisDetails({ reference, containers, events }: Diagnosis): string {
  return details(
    `Why ${nameOf(reference)} is not ready`,
    document(
      ...containers.flatMap(({ pod, container, state, message, log }) => [
        paragraph(`${code(pod)} container ${code(container)}: ${escaped(state)}`),
        message === '' ? undefined : codeBlock(message),
        log === '' ? undefined : codeBlock(log),
      ]),
      events.length === 0 ? undefined : paragraph('Warnings:'),
      events.length === 0 ? undefined : codeBlock(events.join('\n')),
    ),
  )
}

function changeDetails({ changes, deleted }: DeployResult): string | undefined {
  const rows = [
    ...changes.map((one) => [escaped(nameOf(one.reference)), one.change, takenOver(one)]),
    ...deleted.map((reference) => [escaped(nameOf(reference)), 'deleted', '']),
  ]
  return details(`${rows.length} objects`, table(['Object', 'Change', 'Taken over'], rows))
}

/** All that former managers own, and single fields of others. */
function takenOver({ conflicts, formerManagers }: ObjectChange): string {
  return [
    ...formerManagers.map((manager) => `from ${code(manager)}`),
    ...conflicts.map(({ field, manager }) => `${code(field)} from ${code(manager)}`),
  ].join('<br>')
}

function warningDetails({ warnings, objectWarnings }: DeployResult): string | undefined {
  const lines = [
    ...objectWarnings.map(({ manifest: { object, place }, message }) => {
      return `${formatPlace(place)} ${nameOf(referenceOf(object))}: ${message}`
    }),
    ...warnings,
  ]
  if (lines.length === 0) return undefined
  return details(`${lines.length} warnings of the cluster`, codeBlock(lines.join('\n')))
}
