import { identityOf, nameOf, referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { formatPlace } from './manifest.ts'
import type { Manifest, ManifestProblem } from './manifest.ts'

/**
 * Objects that are there more than once: the one that is applied last would win.
 * @param namespace is that of objects which name none.
 */
export function duplicatesIn(
  manifests: readonly Manifest[],
  namespace: string | undefined,
): readonly ManifestProblem[] {
  const first = new Map<string, Manifest>()
  return manifests.flatMap((manifest) => {
    const identity = placedIdentity(manifest.object, namespace)
    const other = first.get(identity)
    if (other === undefined) {
      first.set(identity, manifest)
      return []
    }
    const name = nameOf(referenceOf(manifest.object))
    return [
      { place: manifest.place, problem: `has ${name} again: see ${formatPlace(other.place)}` },
    ]
  })
}

function placedIdentity(object: KubernetesObject, namespace: string | undefined): string {
  const reference = referenceOf(object)
  return identityOf({ ...reference, namespace: reference.namespace ?? namespace })
}
