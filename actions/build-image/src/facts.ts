import { formatPlatform } from '@oke-pipeline/image'
import type { BaseImage } from '@oke-pipeline/image'
import { basesOf } from './base-images.ts'
import type { BuildPorts } from './build-request.ts'
import type { Built } from './built.ts'

/** What is known of an image beyond its bytes. */
export interface ImageFacts {
  readonly layers: readonly PlatformLayers[]
  readonly bases: readonly BaseImage[]
}

/** The layers of the image for one platform. */
export interface PlatformLayers {
  readonly platform: string
  readonly layers: readonly LayerFact[]
}

/** A layer, and what made it. */
export interface LayerFact {
  readonly digest: string
  readonly sizeBytes: number
  readonly createdBy: string | undefined
}

/** Phase "facts": layers, and what they are built on. */
export async function factsOf(built: Built, ports: BuildPorts): Promise<ImageFacts> {
  const layers = built.layout.images.map(({ config, manifest }) => {
    const made = config.history.filter(({ isEmptyLayer }) => !isEmptyLayer)
    return {
      platform: formatPlatform(config.platform),
      layers: manifest.layers.map(({ digest, size }, index) => ({
        digest,
        sizeBytes: size,
        createdBy: made[index]?.createdBy,
      })),
    }
  })
  return { layers, bases: await basesOf(built, ports) }
}
