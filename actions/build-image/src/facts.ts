import { formatPlatform } from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'
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

/** An image that another is built on. */
export interface BaseImage {
  readonly name: string
  readonly digest: string | undefined
  readonly isPinned: boolean
  readonly line: number | undefined
}

/** A build that is done: its request, what the engine told, and the layout that it left. */
export interface Built {
  readonly request: BuildRequest
  readonly record: BuildRecord
  /** The engine, and why it was this one. */
  readonly choice: Choice
  readonly layout: Layout
}

/** Phase "facts": layers and bases. Bases (branch imagefacts) are read here. */
export function factsOf(
  { layout }: Built,
  ...[]: readonly [ports: BuildPorts]
): Promise<ImageFacts> {
  const layers = layout.images.map(({ config, manifest }) => ({
    platform: formatPlatform(config.platform),
    layers: manifest.layers.map(({ digest, size }) => ({
      digest,
      sizeBytes: size,
      createdBy: undefined,
    })),
  }))
  return Promise.resolve({ layers, bases: [] })
}
