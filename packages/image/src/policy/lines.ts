import type { Origin } from '../dockerfile/explain-layers.ts'
import type { OpenedImage } from './subject.ts'

/** The line of the Dockerfile that an entry of the history comes from. */
export function lineOfOrigin(origin: Origin | undefined): number | undefined {
  if (origin === undefined || origin.kind === 'unknown') return undefined
  return origin.kind === 'base' ? origin.line : origin.instruction.firstLine
}

/** The line that made a layer, or that names the base which brought it. */
export function lineOfLayer(image: OpenedImage, layer: number): number | undefined {
  return lineOfOrigin(originOfLayer(image, layer))
}

/** What made a layer. */
export function originOfLayer(
  { layerEntries, origins }: OpenedImage,
  layer: number,
): Origin | undefined {
  const entry = layerEntries[layer]
  return entry === undefined ? undefined : origins[entry]
}

/** The line of the last instruction of a kind, or that of the base when the target has none. */
export function lineOfLast(
  { origins }: OpenedImage,
  keyword: string,
  isMeant: (text: string) => boolean = () => true,
): number | undefined {
  const own = origins.findLast(
    (origin) =>
      origin.kind === 'instruction' &&
      origin.instruction.keyword === keyword &&
      isMeant(origin.instruction.text),
  )
  return lineOfOrigin(own ?? origins.find(({ kind }) => kind === 'base'))
}

/** Who made something, for a sentence: `by the base image`. */
export function makerOf(origin: Origin | undefined): string {
  if (origin === undefined || origin.kind === 'unknown') return 'by an unknown instruction'
  if (origin.kind === 'base') return 'by the base image'
  const { keyword, firstLine } = origin.instruction
  return `by ${keyword} in line ${firstLine}`
}
