import { fieldOf, objectsOf } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import type { Manifest } from './manifest.ts'
import { containerImagesOf, mapPodSpec, podSpecOf } from './pod-template.ts'

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

/** Whether pods of an object pull with a Secret of this name. */
export function namesPullSecret(object: KubernetesObject, name: string): boolean {
  return isNamedIn(podSpecOf(object), name)
}

function naming(spec: JsonObject, name: string): JsonObject {
  if (isNamedIn(spec, name)) return spec
  return { ...spec, imagePullSecrets: [...objectsOf(spec.imagePullSecrets), { name }] }
}

function isNamedIn(spec: Json | undefined, name: string): boolean {
  return objectsOf(fieldOf(spec, 'imagePullSecrets')).some((one) => one.name === name)
}
