import { fieldOf, objectsOf } from '../json.ts'
import type { Json } from '../json.ts'
import type { ObjectReference } from '../object.ts'

/** How the API server serves a kind. */
export interface Resource {
  readonly kind: string
  /** The name in paths and RBAC rules. */
  readonly plural: string
  readonly isNamespaced: boolean
}

/** The kinds that an `APIResourceList` names, without subresources. */
export function parseResources(list: Json): readonly Resource[] {
  return objectsOf(fieldOf(list, 'resources')).flatMap(({ kind, name, namespaced }) =>
    typeof kind === 'string' && typeof name === 'string' && !name.includes('/')
      ? [{ kind, plural: name, isNamespaced: namespaced === true }]
      : [],
  )
}

/** The path of an API group version. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
}

/** The path of the objects of a resource, in a namespace if it is namespaced. */
export function collectionPath(
  apiVersion: string,
  { plural, isNamespaced }: Resource,
  namespace: string | undefined,
): string {
  const within =
    isNamespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${groupPath(apiVersion)}${within}/${plural}`
}

/** The path of one object. */
export function objectPath(reference: ObjectReference, resource: Resource): string {
  const collection = collectionPath(reference.apiVersion, resource, reference.namespace)
  return `${collection}/${encodeURIComponent(reference.name)}`
}
