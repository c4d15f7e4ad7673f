import {
  findBases,
  formatPlatform,
  layerEntries,
  originsOf,
  parseDockerfile,
} from '@oke-pipeline/image'
import type { Dockerfile, LayoutImage, Origin } from '@oke-pipeline/image'

/** What a Dockerfile says of the layers of an image. */
export interface DockerfileLines {
  /** The image that it is built on. */
  readonly baseImage: string | undefined
  /** How many layers are the base image's; undefined where that cannot be told. */
  readonly baseLayerCount: number | undefined
  /** The line that brought a layer, by the digest of its unpacked bytes. */
  readonly lineOf: ReadonlyMap<string, number>
}

/** Lays the layers of an image beside the Dockerfile that it was built from, if there is one. */
export function dockerfileLines(
  text: string | undefined,
  { config }: Pick<LayoutImage, 'config'>,
): DockerfileLines {
  const dockerfile = text === undefined ? undefined : parseDockerfile(text)
  const question = { platform: formatPlatform(config.platform) }
  const origins = originsOf(config.history, dockerfile, question)
  const layers = layerEntries(config.history).map((index) => origins[index])
  // A history that tells of other layers than there are is not understood.
  const known = layers.length === config.diffIds.length ? layers : []
  const lines = known.flatMap((origin, index): [string, number][] => {
    const [diffId, line] = [config.diffIds[index], lineOfOrigin(origin)]
    return diffId === undefined || line === undefined ? [] : [[diffId, line]]
  })
  return {
    baseImage: baseOf(dockerfile, question),
    baseLayerCount: baseLayersIn(known),
    lineOf: new Map(lines),
  }
}

function lineOfOrigin(origin: Origin | undefined): number | undefined {
  if (origin?.kind === 'instruction') return origin.instruction.firstLine
  return origin?.kind === 'base' ? origin.line : undefined
}

function baseLayersIn(layers: readonly (Origin | undefined)[]): number | undefined {
  if (layers.length === 0) return undefined
  if (layers.some((origin) => origin === undefined || origin.kind === 'unknown')) return undefined
  return layers.filter((origin) => origin?.kind === 'base').length
}

function baseOf(
  dockerfile: Dockerfile | undefined,
  question: { readonly platform: string },
): string | undefined {
  if (dockerfile === undefined) return undefined
  return findBases(dockerfile, question).find(({ isRoot }) => isRoot)?.image
}
