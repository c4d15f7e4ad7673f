import type { FindingLayer } from '../finding.ts'
import type { ImageIdentity } from './image-identity.ts'

/** Finds the layer that a report names, by either of its digests. */
export type FindLayer = (digest: string | undefined) => FindingLayer | undefined

/** A finder of layers; one for a report, so that looking up a layer does not depend on their number. */
export function layerFinder({ layers, baseLayerCount }: ImageIdentity): FindLayer {
  const known = new Map<string, FindingLayer>()
  layers.forEach(({ diffId, digest }, index) => {
    const layer = { diffId, digest, origin: originOf(index, baseLayerCount) }
    // The same bytes can be there twice; what brought them first counts.
    for (const key of [diffId, digest]) if (!known.has(key)) known.set(key, layer)
  })
  return (digest) => (digest === undefined ? undefined : known.get(digest))
}

function originOf(index: number, baseLayerCount: number | undefined): FindingLayer['origin'] {
  if (baseLayerCount === undefined) return undefined
  return index < baseLayerCount ? 'base' : 'own'
}
