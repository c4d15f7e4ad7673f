import type { Runner } from '@oke-pipeline/core'
import { openCluster } from '@oke-pipeline/delivery'
import { parseReference } from '@oke-pipeline/image'
import { connectCluster, observeRelease } from '@oke-pipeline/kubernetes'
import { readPromoteInputs } from './read-promote-inputs.ts'
import { releaseOf } from './release-of.ts'
import { renderSummary } from './render-summary.ts'
import { run } from './run.ts'

/** Looks up what an environment runs, and hands it on to the next one. */
export async function main(runner: Runner): Promise<void> {
  const inputs = await readPromoteInputs(runner)
  const result = await run(inputs, {
    ...runner,
    async observe(address) {
      return observeRelease(connectCluster(await openCluster(inputs, runner), runner), address)
    },
  })
  const { from, to, image, digest } = result
  runner.setOutputs({
    image,
    digest,
    'platform-digests': result.observed.platformDigests.join('\n'),
    from: from.name,
    to: to.name,
    namespace: to.namespace,
    manifests: (to.manifests ?? []).join('\n'),
    release: releaseOf(to, parseReference(image).repository),
  })
  await runner.writeSummary(renderSummary(result))
}
