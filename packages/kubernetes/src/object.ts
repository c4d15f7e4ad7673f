import { isJsonObject } from './json.ts'
import type { Json, JsonObject } from './json.ts'

/** The part of an object's metadata that this package looks at. */
export interface ObjectMetadata extends JsonObject {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** A Kubernetes object as JSON. */
export interface KubernetesObject extends JsonObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMetadata
}

/** What names an object within a cluster; cluster-scoped objects have no namespace. */
export interface ObjectReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string | undefined
}

/** Whether a JSON value has what every Kubernetes object has. */
export function isKubernetesObject(value: unknown): value is KubernetesObject {
  return (
    isJsonObject(value) &&
    typeof value.apiVersion === 'string' &&
    typeof value.kind === 'string' &&
    isJsonObject(value.metadata) &&
    typeof value.metadata.name === 'string'
  )
}

/** The reference that names an object. */
export function referenceOf(object: KubernetesObject): ObjectReference {
  const { apiVersion, kind, metadata } = object
  return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace }
}

/** Text that two references share only if they name the same object; versions of a group are one. */
export function identityOf(reference: ObjectReference): string {
  const { kind, namespace = '', name } = reference
  return [groupOf(reference.apiVersion), kind, namespace, name].join('/')
}

/** The API group of an `apiVersion`; empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash === -1 ? '' : apiVersion.slice(0, slash)
}

/** An object as people name it: `Deployment/hello`. */
export function nameOf(reference: ObjectReference): string {
  return `${reference.kind}/${reference.name}`
}

/** An object with other metadata fields than before. */
export function withMetadata(
  object: KubernetesObject,
  metadata: Readonly<Record<string, Json | undefined>>,
): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, ...metadata } }
}
