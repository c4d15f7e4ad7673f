import { readInputs } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { parseReference } from '@oke-pipeline/image'
import { connectCluster, observeRelease } from '@oke-pipeline/kubernetes'
import { declaration } from './declaration.ts'
import { releaseOf } from './release-of.ts'
import { renderSummary } from './render-summary.ts'
import { run } from './run.ts'

/** Looks up what an environment runs, and hands it on to the next one. */
export async function main(runner: Runner): Promise<void> {
  const inputs = await readInputs(declaration.inputs, runner)
  const result = await run(inputs, {
    ...runner,
    observe: (access, address) => observeRelease(connectCluster(access, runner), address),
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
