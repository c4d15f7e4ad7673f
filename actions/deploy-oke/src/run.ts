import type { Runner } from '@oke-pipeline/core'
import { repositoryName } from '@oke-pipeline/image'
import { deployRelease } from '@oke-pipeline/kubernetes'
import type { DeployResult, ReleaseImage } from '@oke-pipeline/kubernetes'
import type { Inputs } from './declaration.ts'
import type { Deployment } from './prepare.ts'
import { releaseOf } from './release-of.ts'
import { saveStarted } from './started-release.ts'

/** A deployment, and what it was about. */
export interface Outcome {
  readonly deployed: DeployResult
  readonly wanted: ReleaseImage
  readonly namespace: string
  readonly release: string
}

/** Deploys, after having noted what `post` needs to undo it. */
export async function run(
  inputs: Inputs,
  { cluster, manifests }: Deployment,
  runner: Runner,
): Promise<Outcome> {
  const { namespace } = inputs
  const release = releaseOf(inputs)
  const wanted: ReleaseImage = {
    repository: repositoryName(inputs.image),
    digest: inputs.image.digest,
    observable: inputs['platform-digests'] ?? [],
  }
  const request = {
    address: { namespace, release },
    manifests,
    image: wanted,
    source: sourceOf(runner),
    timeoutSeconds: inputs.timeout,
    isRolledBack: inputs['rollback-on-failure'],
    policy: { isForced: inputs['force-conflicts'] },
  }
  const deployed = await runner.log.group(`Deploy "${release}" to "${namespace}"`, () =>
    deployRelease(cluster, request, runner, {
      onStart: (revision) => saveStarted(runner, { namespace, release, revision }),
    }),
  )
  return { deployed, wanted, namespace, release }
}

function sourceOf({ run: { repository, sha, runUrl, actor } }: Runner): Record<string, string> {
  const known = Object.entries({ repository, sha, runUrl, actor })
  return Object.fromEntries(
    known.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
