import type { ObservedPod } from './observe.ts'
import type { Commit } from './repository.ts'
import type { StepRun, WorkflowRun } from './workflow-run.ts'

/** Something that must be so after a scenario, and what was seen. */
export interface Finding {
  readonly claim: string
  readonly isTrue: boolean
  readonly seen: string
}

/** What was looked at, with other people's tools, after the workflow of a scenario had ended. */
export interface Observation {
  readonly sha: string
  readonly run: WorkflowRun
  readonly pods: readonly ObservedPod[]
  /** The digest that the registry has under the tag of this commit. */
  readonly taggedDigest: string | undefined
  /** The digest that the first scenario brought to production. */
  readonly releasedDigest: string | undefined
}

/** A commit, and what must come of it. */
export interface Scenario {
  readonly name: string
  readonly title: string
  readonly commit: Commit
  judge(observation: Observation): readonly Finding[]
}

/** The main part of the step with this id, in a job whose name contains a word. */
export function stepOf(run: WorkflowRun, id: string, job = ''): StepRun | undefined {
  return run.steps.find((step) => step.id === id && step.stage === 'Main' && step.job.includes(job))
}

/** States that two things are equal, and shows the one that was seen. */
export function equal(claim: string, seen: string | undefined, wanted: string): Finding {
  return { claim, isTrue: seen === wanted, seen: seen ?? 'nothing' }
}

/** States that every pod of a namespace is ready and runs a digest, and that there is one. */
export function podsRun(
  pods: readonly ObservedPod[],
  namespace: string,
  digest: string | undefined,
): Finding {
  const own = pods.filter((pod) => pod.namespace === namespace)
  const isTrue =
    own.length > 0 &&
    digest !== undefined &&
    own.every((pod) => pod.isReady && pod.imageId.endsWith(digest))
  const seen = own.map(
    ({ name, imageId, isReady }) => `${name}: ${imageId}${isReady ? '' : ' (not ready)'}`,
  )
  return {
    claim: `every pod in ${namespace} is ready and runs ${digest ?? 'the digest'}`,
    isTrue,
    seen: seen.join(', ') || 'no pod',
  }
}

/** The jobs of a run and how each ended, for people. */
export function describeJobs({ jobs }: WorkflowRun): string {
  return Object.entries(jobs)
    .map(([name, result]) => `${name.split('/').at(-1) ?? name}: ${result}`)
    .join(' · ')
}
