import { describeJobs, equal, podsRun, stepOf } from '../scenario.ts'
import type { Observation, Scenario } from '../scenario.ts'
import { namespaces } from '../world.ts'

/** The second commit needs a setting that its manifests do not give: it crashes in the cluster. */
export const crashLoop: Scenario = {
  name: 'crash-loop',
  title: 'A release that crash-loops is rolled back by itself',
  commit: {
    message: 'Keep greetings in a database',
    changes: [{ from: 'test/demo/commits/crash-loop', to: '.' }],
  },
  judge({ run, pods, taggedDigest, releasedDigest }: Observation) {
    const deploy = stepOf(run, 'deploy', 'dev')
    const built = stepOf(run, 'build')?.outputs.digest ?? 'no digest'
    const said = deploy?.remarks.map(({ message }) => message).join(' ') ?? ''
    return [
      equal('the image was pushed', taggedDigest, built),
      equal('the deployment to dev failed', deploy?.result, 'failure'),
      equal('it was rolled back', deploy?.outputs.status, 'rolled-back'),
      {
        claim: 'the failure says what the container said',
        isTrue: said.includes('DATABASE_URL'),
        seen: said,
      },
      {
        claim: 'nothing was promoted',
        isTrue: stepOf(run, 'promote', 'production') === undefined,
        seen: describeJobs(run),
      },
      podsRun(pods, namespaces.dev, releasedDigest),
      podsRun(pods, namespaces.production, releasedDigest),
    ]
  },
}
