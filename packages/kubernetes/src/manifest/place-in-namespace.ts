import type { Cluster } from '../client/cluster.ts'
import { fieldOf } from '../json.ts'
import { groupOf, nameOf, referenceOf, withMetadata } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import type { Manifest, ManifestProblem, Reading } from './manifest.ts'
import { joinReadings } from './manifest.ts'

/**
 * Gives every namespaced object the namespace. Cluster-scoped objects stay as they are: whether
 * they may be applied is for the cluster's RBAC to say. A namespace is no object of a release, and kinds
 * that the cluster does not know are problems.
 */
export async function placeInNamespace(
  manifests: readonly Manifest[],
  namespace: string,
  cluster: Pick<Cluster, 'resourceOf'>,
): Promise<Reading> {
  const defined = kindsDefinedBy(manifests)
  const readings = manifests.map(async (manifest) => {
    const scope = defined.get(kindKey(manifest.object)) ?? (await scopeOf(manifest.object, cluster))
    return placeOne(manifest, namespace, scope)
  })
  return joinReadings(await Promise.all(readings))
}

type Scope = 'namespaced' | 'cluster' | 'unknown'

async function scopeOf(
  object: KubernetesObject,
  cluster: Pick<Cluster, 'resourceOf'>,
): Promise<Scope> {
  const resource = await cluster.resourceOf(object)
  if (resource === undefined) return 'unknown'
  return resource.isNamespaced ? 'namespaced' : 'cluster'
}

/** Custom kinds that come with these very manifests are not known to the cluster yet. */
function kindsDefinedBy(manifests: readonly Manifest[]): ReadonlyMap<string, Scope> {
  return new Map(
    manifests
      .filter(({ object }) => object.kind === 'CustomResourceDefinition')
      .map(({ object }) => {
        const group = fieldOf(object, 'spec', 'group')
        const kind = fieldOf(object, 'spec', 'names', 'kind')
        const scope = fieldOf(object, 'spec', 'scope') === 'Namespaced' ? 'namespaced' : 'cluster'
        const key = typeof group === 'string' && typeof kind === 'string' ? `${group}/${kind}` : ''
        return [key, scope] as const
      }),
  )
}

function kindKey({ apiVersion, kind }: KubernetesObject): string {
  return `${groupOf(apiVersion)}/${kind}`
}

function placeOne(manifest: Manifest, namespace: string, scope: Scope): Reading {
  const problem = problemOf(manifest.object, namespace, scope)
  if (problem !== undefined) return { manifests: [], problems: [at(manifest, problem)] }
  const object =
    scope === 'namespaced' ? withMetadata(manifest.object, { namespace }) : manifest.object
  return { manifests: [{ ...manifest, object }], problems: [] }
}

function problemOf(object: KubernetesObject, namespace: string, scope: Scope): string | undefined {
  const name = nameOf(referenceOf(object))
  if (kindKey(object) === '/Namespace') {
    return `has ${name}: a namespace is made by "create-namespace", or beforehand: leave it out here`
  }
  if (scope === 'unknown') {
    return `has ${name} of "${object.apiVersion}", a kind that the cluster does not know`
  }
  const own = object.metadata.namespace
  if (scope === 'namespaced' && own !== undefined && own !== namespace) {
    return `has ${name} in the namespace "${own}", but "namespace" is "${namespace}": leave it out of the manifest`
  }
  return undefined
}

function at({ place }: Manifest, problem: string): ManifestProblem {
  return { place, problem }
}
