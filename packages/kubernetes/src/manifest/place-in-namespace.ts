import { isRefusal } from '../client/api-error.ts'
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
  cluster: Pick<Cluster, 'resourceOf' | 'capabilities'>,
): Promise<Reading> {
  const defined = kindsDefinedBy(manifests)
  const scopes = await Promise.all(
    manifests.map(
      async (manifest) =>
        defined.get(kindKey(manifest.object)) ?? (await scopeOf(manifest.object, cluster)),
    ),
  )
  const served = scopes.includes('unknown') ? await servedKinds(cluster) : nothingServed
  const readings = manifests.map((manifest, place) => {
    return placeOne(manifest, { namespace, scope: scopes[place] ?? 'unknown', served })
  })
  return joinReadings(readings)
}

/** What the server has instead of what it does not know. */
interface ServedKinds {
  readonly version: string
  /** `apps/v1/Deployment` */
  readonly apiVersions: readonly string[]
}

const nothingServed: ServedKinds = { version: '', apiVersions: [] }

async function servedKinds(cluster: Pick<Cluster, 'capabilities'>): Promise<ServedKinds> {
  try {
    return await cluster.capabilities()
  } catch (error) {
    // Who may not ask for all versions is told all the same that this one is not served.
    if (!isRefusal(error)) throw error
    return nothingServed
  }
}

/** In which other versions a kind is served: first those of its own group. */
function otherVersions({ apiVersion, kind }: KubernetesObject, served: ServedKinds): string {
  const versions = served.apiVersions
    .filter((one) => one.endsWith(`/${kind}`))
    .map((one) => one.slice(0, -kind.length - 1))
  const ofGroup = versions.filter((one) => groupOf(one) === groupOf(apiVersion))
  const [known] = [ofGroup, versions].filter(({ length }) => length > 0)
  if (known === undefined) return ''
  return `: Kubernetes ${served.version} serves it as ${known.map((one) => JSON.stringify(one)).join(' or ')}`
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

/** Where an object gets, and what else is known about that. */
interface Placing {
  readonly namespace: string
  readonly scope: Scope
  readonly served: ServedKinds
}

function placeOne(manifest: Manifest, placing: Placing): Reading {
  const { namespace, scope } = placing
  const problem = problemOf(manifest.object, placing)
  if (problem !== undefined) return { manifests: [], problems: [at(manifest, problem)] }
  const object =
    scope === 'namespaced' ? withMetadata(manifest.object, { namespace }) : manifest.object
  return { manifests: [{ ...manifest, object }], problems: [] }
}

function problemOf(
  object: KubernetesObject,
  { namespace, scope, served }: Placing,
): string | undefined {
  const name = nameOf(referenceOf(object))
  if (kindKey(object) === '/Namespace') {
    return `has ${name}: a namespace is made by "create-namespace", or beforehand: leave it out here`
  }
  if (scope === 'unknown') {
    return `has ${name} of "${object.apiVersion}", a kind that the cluster does not know${otherVersions(object, served)}`
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
