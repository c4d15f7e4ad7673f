import type { Runner } from '@oke-pipeline/core'
import { repositoryName } from '@oke-pipeline/image'
import type { Manifest, Release } from '@oke-pipeline/kubernetes'
import type { CompleteInputs } from './declaration.ts'
import { releaseOf } from './release-of.ts'
import { sourceOf } from './source-of.ts'

/** The release that the inputs ask for. */
export async function wantedRelease(
  inputs: CompleteInputs,
  manifests: readonly Manifest[],
  runner: Pick<Runner, 'run' | 'exec' | 'files'>,
): Promise<Release> {
  const { namespace, image } = inputs
  return {
    address: { namespace, release: releaseOf(inputs) },
    manifests,
    image: {
      repository: repositoryName(image),
      digest: image.digest,
      observable: inputs['platform-digests'] ?? [],
    },
    source: await sourceOf(runner),
    mayBeOlder: inputs['allow-older'],
    timeoutSeconds: inputs.timeout,
    endurance: { minReadySeconds: inputs['min-ready'], maxRestarts: inputs['max-restarts'] },
    onFailure: { reaction: inputs['on-failure'], first: inputs['first-release'] },
    policy: {
      isForced: inputs['force-conflicts'],
      isRecreating: inputs['on-immutable'] === 'recreate',
      maxPrune: inputs['max-prune'],
    },
  }
}
