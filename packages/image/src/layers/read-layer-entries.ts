import { causeOf, systemCodeOf } from '@oke-pipeline/core'
import { blobMissing } from '../layout/problems.ts'
import type { LayoutImage } from '../layout/read-tree.ts'
import type { Layout } from '../layout.ts'
import type { LayerEntry } from './layer-entry.ts'
import { defaultLayerLimits } from './limits.ts'
import type { LayerLimits } from './limits.ts'
import { readLayer } from './read-layer.ts'

/** Which layers are read, and how much of them. */
export interface LayerReading {
  readonly limits?: LayerLimits
  /** Only the layers at these positions; by default all. */
  readonly layers?: readonly number[]
  readonly signal?: AbortSignal | undefined
}

/**
 * Every entry of the layers of an image, from the bottom up: whiteouts too, and what is taken away
 * or covered by a later layer.
 * @throws GateError when a layer is missing, is no archive, or is made to harm its reader.
 */
export async function* readLayerEntries(
  layout: Pick<Layout, 'path' | 'blobPath'>,
  image: LayoutImage,
  { limits = defaultLayerLimits, layers, signal }: LayerReading = {},
): AsyncGenerator<LayerEntry> {
  for (const [layer, descriptor] of image.manifest.layers.entries()) {
    if (layers !== undefined && !layers.includes(layer)) continue
    const blob = layout.blobPath(descriptor.digest)
    try {
      yield* readLayer({ blob, descriptor, layer, limits, signal })
    } catch (error) {
      if (systemCodeOf(causeOfAll(error)) !== 'ENOENT') throw error
      throw blobMissing(layout.path, descriptor.digest, error)
    }
  }
}

/** The innermost cause: the file system's own error. */
function causeOfAll(error: unknown): unknown {
  const cause = causeOf(error)
  return cause === undefined ? error : causeOfAll(cause)
}
