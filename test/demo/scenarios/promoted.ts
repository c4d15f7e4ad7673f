import { describeJobs, equal, podsRun, stepOf } from '../scenario.ts'
import type { Finding, Observation, Scenario } from '../scenario.ts'
import type { WorkflowRun } from '../workflow-run.ts'
import { namespaces } from '../world.ts'

/** The first commit goes all the way to production. */
export const promoted: Scenario = {
  name: 'promoted',
  title: 'A commit is built once and promoted to production',
  commit: {
    message: 'Greet the world',
    changes: [{ from: 'examples/hello', to: '.' }],
  },
  judge({ run, pods, taggedDigest }: Observation) {
    const digest = stepOf(run, 'build')?.outputs.digest ?? 'no digest'
    return [
      { claim: 'every job succeeded', isTrue: allSucceeded(run), seen: describeJobs(run) },
      ...sameDigest(run, digest),
      equal('the registry holds it under the commit’s tag', taggedDigest, digest),
      asPlanned(run),
      podsRun(pods, namespaces.dev, digest),
      podsRun(pods, namespaces.production, digest),
    ]
  },
}

/** build, dev, plan and production. */
const jobCount = 4

function allSucceeded({ jobs }: WorkflowRun): boolean {
  const results = Object.values(jobs)
  return results.length === jobCount && results.every((result) => result === 'success')
}

/** Production got what its plan had said before, and nothing else. */
function asPlanned(run: WorkflowRun): Finding {
  const planned = stepOf(run, 'plan')?.outputs['plan-hash'] ?? 'no plan'
  const done = stepOf(run, 'deploy', 'production')?.outputs['plan-hash']
  return equal('production was deployed as planned', done, planned)
}

/** Every stage works on the digest that was built. */
function sameDigest(run: WorkflowRun, digest: string): readonly Finding[] {
  const stages = [
    ['test', ''],
    ['push', ''],
    ['deploy', 'dev'],
    ['promote', 'production'],
    ['deploy', 'production'],
  ] as const
  return stages.map(([id, job]) =>
    equal(
      `${id}${job === '' ? '' : ` (${job})`} handled the digest that was built`,
      stepOf(run, id, job)?.outputs.digest,
      digest,
    ),
  )
}
