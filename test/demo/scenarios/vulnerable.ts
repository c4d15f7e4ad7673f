import { equal, podsRun, stepOf } from '../scenario.ts'
import type { Observation, Scenario } from '../scenario.ts'
import { namespaces } from '../world.ts'

/** The third commit brings a dependency with a critical vulnerability: it is never pushed. */
export const vulnerable: Scenario = {
  name: 'vulnerable',
  title: 'A critical vulnerability is stopped at the gate',
  commit: {
    message: 'Parse arguments with minimist',
    changes: [
      // Without the setting of the second commit, so that only the gate can stop this one.
      { from: 'examples/hello', to: '.' },
      { from: 'test/demo/commits/vulnerable', to: '.' },
      { from: 'node_modules/minimist-1.2.5', to: 'vendor/minimist' },
    ],
  },
  judge({ run, pods, taggedDigest, releasedDigest }: Observation) {
    const scan = stepOf(run, 'scan')
    return [
      equal('the gate failed the build', scan?.result, 'failure'),
      equal('its verdict is fail', scan?.outputs.verdict, 'fail'),
      {
        claim: 'it names the vulnerability',
        isTrue: /CVE-2021-44906|GHSA-xvch-5gv4-984h/.test(scan?.summary ?? ''),
        seen: scan?.summary.slice(0, 400) ?? '',
      },
      {
        claim: 'nothing was pushed',
        isTrue: taggedDigest === undefined && stepOf(run, 'push')?.result !== 'success',
        seen: taggedDigest ?? 'nothing under the commit’s tag',
      },
      podsRun(pods, namespaces.dev, releasedDigest),
      podsRun(pods, namespaces.production, releasedDigest),
    ]
  },
}
