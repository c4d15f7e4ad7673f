import type { Runner } from '@oke-pipeline/core'
import { defaultReleaseName } from '@oke-pipeline/delivery'
import { repositoryName } from '@oke-pipeline/image'
import { deployRelease } from '@oke-pipeline/kubernetes'
import type { DeployResult, ReleaseImage } from '@oke-pipeline/kubernetes'
import type { Inputs } from './declaration.ts'
import { lockHolder } from './lock-holder.ts'
import type { Deployment } from './prepare.ts'
import { sourceOf } from './source-of.ts'
import { saveFinished, saveStarted, saveTurn } from './started-release.ts'

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
  const release = inputs.release ?? defaultReleaseName(inputs.image.repository)
  const wanted: ReleaseImage = {
    repository: repositoryName(inputs.image),
    digest: inputs.image.digest,
    observable: inputs['platform-digests'] ?? [],
  }
  const request = {
    address: { namespace, release },
    manifests,
    image: wanted,
    source: await sourceOf(runner),
    mayBeOlder: inputs['allow-older'],
    timeoutSeconds: inputs.timeout,
    isRolledBack: inputs['rollback-on-failure'],
    policy: { isForced: inputs['force-conflicts'] },
  }
  const turn = { holder: lockHolder(runner), waitSeconds: inputs['lock-timeout'] }
  saveTurn(runner, request.address, turn.holder)
  const deployed = await runner.log.group(`Deploy "${release}" to "${namespace}"`, () =>
    deployRelease(cluster, { release: request, turn }, runner, {
      onStart: (revision) => saveStarted(runner, revision),
    }),
  )
  saveFinished(runner)
  return { deployed, wanted, namespace, release }
}
