import type { declaration } from './declaration.ts'
import type { BuildResult } from './run.ts'

type Output = keyof (typeof declaration)['outputs']

/** The outputs of a build; those that have nothing to say are empty. */
export function outputsOf(result: BuildResult): Readonly<Record<Output, string>> {
  const { facts, evidence, judgement } = result
  const isRefused = judgement.refusal !== undefined
  return {
    digest: result.digest,
    layout: isRefused ? '' : result.layout,
    image: isRefused ? '' : (result.image ?? ''),
    tags: isRefused ? '' : result.tags.join('\n'),
    platforms: result.platforms.join(','),
    size: result.sizeBytes.toFixed(0),
    layers: JSON.stringify(facts.layers),
    'base-images': JSON.stringify(facts.bases),
    metadata: result.metadata,
    sbom: evidence.sboms.join('\n'),
    provenance: evidence.provenance ?? '',
    archive: evidence.archive ?? '',
  }
}
