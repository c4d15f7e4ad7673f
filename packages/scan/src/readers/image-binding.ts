import type { Binding } from '../scan-report.ts'
import type { ImageIdentity } from './image-identity.ts'
import { aboutAnother } from './problems.ts'

/** What a report says about the image that it is about; empty lists where it says nothing. */
export interface CarriedIdentity {
  /** Digests of manifests or indexes; several where the image was pushed to several places. */
  readonly manifests: readonly string[]
  /** The digest of the configuration. */
  readonly configuration: string | undefined
  /** The digests of the unpacked layers. */
  readonly diffIds: readonly string[]
}

/** Nothing is said. */
export const anonymous: CarriedIdentity = { manifests: [], configuration: undefined, diffIds: [] }

/**
 * Compares what a report carries with the image that is judged. Everything that it carries must
 * agree: one identity that does is no excuse for another that does not.
 * @throws GateError when the report is about another image.
 */
export function bind(name: string, carried: CarriedIdentity, image: ImageIdentity): Binding {
  const { manifests, configuration, diffIds } = carried
  const known = [image.digest, image.indexDigest]
  if (manifests.length > 0 && !manifests.some((digest) => known.includes(digest))) {
    throw aboutAnother(name, manifests.join(', '), image.digest)
  }
  if (configuration !== undefined && configuration !== image.configDigest) {
    throw aboutAnother(name, `image ID ${configuration}`, image.digest)
  }
  if (diffIds.length > 0 && !hasLayers(image, diffIds)) {
    throw aboutAnother(name, `layers ${diffIds.join(', ')}`, image.digest)
  }
  // An index has images for several platforms: its digest alone does not tell them apart.
  if (manifests.includes(image.digest)) return 'manifest'
  if (configuration !== undefined) return 'configuration'
  if (diffIds.length > 0) return 'layers'
  return manifests.length > 0 && image.platform === undefined ? 'manifest' : 'assumed'
}

/** Some formats keep the layers in no order. */
function hasLayers({ layers }: ImageIdentity, diffIds: readonly string[]): boolean {
  const wanted = new Set(layers.map(({ diffId }) => diffId))
  const found = new Set(diffIds)
  return found.size === wanted.size && diffIds.every((diffId) => wanted.has(diffId))
}

/** The digests in names of images: `docker.io/library/app@sha256:…`. */
export function digestsIn(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => /sha256:[0-9a-f]{64}/.exec(name)?.[0] ?? [])
}
