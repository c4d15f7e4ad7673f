import type { Runner } from '@oke-pipeline/core'
import { repositoryName } from '@oke-pipeline/image'
import type { Manifest, Release } from '@oke-pipeline/kubernetes'
import type { Inputs } from './declaration.ts'
import { releaseOf } from './release-of.ts'

/** The release that the inputs ask for. */
export function wantedRelease(
  inputs: Inputs,
  manifests: readonly Manifest[],
  runner: Pick<Runner, 'run'>,
): Release {
  const { namespace, image } = inputs
  return {
    address: { namespace, release: releaseOf(inputs) },
    manifests,
    image: {
      repository: repositoryName(image),
      digest: image.digest,
      observable: inputs['platform-digests'] ?? [],
    },
    source: sourceOf(runner),
    timeoutSeconds: inputs.timeout,
    isRolledBack: inputs['rollback-on-failure'],
    policy: { isForced: inputs['force-conflicts'] },
  }
}

function sourceOf({
  run: { repository, sha, runUrl, actor },
}: Pick<Runner, 'run'>): Record<string, string> {
  const known = Object.entries({ repository, sha, runUrl, actor })
  return Object.fromEntries(
    known.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
