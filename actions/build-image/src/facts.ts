import { formatPlatform } from '@oke-pipeline/image'
import type { BaseImage, Layout } from '@oke-pipeline/image'
import { basesOf } from './base-images.ts'
import type { BuildRecord } from './build-record.ts'
import type { BuildPorts, BuildRequest } from './build-request.ts'
import type { Choice } from './engines/choose-engine.ts'

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

/** A build that is done: its request, what the engine told, and the layout that it left. */
export interface Built {
  readonly request: BuildRequest
  readonly record: BuildRecord
  /** The engine, and why it was this one. */
  readonly choice: Choice
  readonly layout: Layout
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
