import type { BuildResult } from './build-result.ts'
import type { declaration } from './declaration.ts'
import type { PlatformLayers } from './facts.ts'

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
    layers: layersJson(facts.layers),
    'base-images': JSON.stringify(facts.bases),
    metadata: result.metadata,
    sbom: evidence.sboms.join('\n'),
    provenance: evidence.provenance ?? '',
    archive: evidence.archive ?? '',
  }
}

/** What all outputs of a job together may have is little; the whole is in the metadata file. */
const longestJson = 100_000
const longestInstruction = 200

function layersJson(platforms: readonly PlatformLayers[]): string {
  const short = JSON.stringify(platforms.map((each) => withInstructions(each, longestInstruction)))
  if (short.length <= longestJson) return short
  return JSON.stringify(platforms.map((each) => withInstructions(each, 0)))
}

function withInstructions({ platform, layers }: PlatformLayers, longest: number): PlatformLayers {
  return {
    platform,
    layers: layers.map((layer) => ({ ...layer, createdBy: layer.createdBy?.slice(0, longest) })),
  }
}
