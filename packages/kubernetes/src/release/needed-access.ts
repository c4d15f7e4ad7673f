import type { Access } from '../access/lacking-access.ts'
import type { Cluster } from '../client/cluster.ts'
import { groupOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'

/** The lock, the records, and what is looked at while a release is waited for. */
const always: readonly Access[] = [
  ...accessTo('coordination.k8s.io', 'leases', ['get', 'create', 'update']),
  ...accessTo('', 'secrets', ['list', 'create', 'patch']),
  ...accessTo('', 'pods', ['list']),
  ...accessTo('', 'events', ['list']),
]

/**
 * What nobody can deploy these objects without. Rights that only make it better (watching, logs),
 * or that depend on what is there already, are left to what needs them.
 */
export async function neededAccess(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
): Promise<readonly Access[]> {
  const ofObjects = await Promise.all(objects.map((object) => accessToObject(cluster, object)))
  const hasDeployments = objects.some(({ kind }) => kind === 'Deployment')
  return [
    ...always,
    ...(hasDeployments ? accessTo('apps', 'replicasets', ['list']) : []),
    ...ofObjects.flat(),
  ]
}

async function accessToObject(
  cluster: Cluster,
  { apiVersion, kind, metadata: { name } }: KubernetesObject,
): Promise<readonly Access[]> {
  const resource = await cluster.resourceOf({ apiVersion, kind })
  // A kind that the release brings itself cannot be asked about yet.
  if (resource?.isNamespaced !== true) return []
  return accessTo(groupOf(apiVersion), resource.plural, ['get', 'patch']).map((access) => ({
    ...access,
    name,
  }))
}

function accessTo(apiGroup: string, resource: string, verbs: readonly string[]): readonly Access[] {
  return verbs.map((verb) => ({ verb, apiGroup, resource }))
}
