import { objectsOf } from '../json.ts'
import type { JsonObject } from '../json.ts'
import type { Manifest } from './manifest.ts'
import { containerImagesOf, mapPodSpec } from './pod-template.ts'

/** A Secret with a login to a registry. */
export interface NamedPullSecret {
  readonly name: string
  /** The host, with its port if it has one. */
  readonly registry: string
}

/**
 * Names a pull secret in every workload that has an image of its registry; those that name it
 * already, and those without such an image, stay as they are.
 */
export function putPullSecret(
  manifests: readonly Manifest[],
  { name, registry }: NamedPullSecret,
): readonly Manifest[] {
  return manifests.map((manifest) => {
    const images = containerImagesOf(manifest.object)
    if (!images.some(({ image }) => image.startsWith(`${registry}/`))) return manifest
    return { ...manifest, object: mapPodSpec(manifest.object, (spec) => naming(spec, name)) }
  })
}

function naming(spec: JsonObject, name: string): JsonObject {
  const named = objectsOf(spec.imagePullSecrets)
  if (named.some((one) => one.name === name)) return spec
  return { ...spec, imagePullSecrets: [...named, { name }] }
}
