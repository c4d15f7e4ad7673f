import { forEachBounded } from '@oke-pipeline/core'
import { hasStatus } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import { isJsonObject } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import type { Pod } from '../readiness/pod.ts'

/** Where secrets may come from that a failing workload writes to its log. */
export interface SecretSources {
  readonly namespace: string
  /** Of the release: its Secrets, and the workloads that refer to others. */
  readonly objects: readonly KubernetesObject[]
  readonly pods: readonly Pod[]
}

const requestsAtATime = 8

/**
 * The values of the release's Secrets, and of those that its workloads and pods refer to, as far
 * as they may be read.
 */
export async function knownSecrets(
  cluster: Cluster,
  { namespace, objects, pods }: SecretSources,
): Promise<readonly Uint8Array[]> {
  const own = objects.filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Secret')
  const names = new Set([
    ...own.map(({ metadata }) => metadata.name),
    ...[...objects, ...pods.map(({ spec }) => spec)].flatMap(secretNamesIn),
  ])
  const values = own.flatMap(valuesOf)
  await forEachBounded([...names], { limit: requestsAtATime }, async (name) => {
    values.push(...valuesOf(await readSecret(cluster, namespace, name)))
  })
  return values
}

async function readSecret(
  cluster: Cluster,
  namespace: string,
  name: string,
): Promise<KubernetesObject | undefined> {
  try {
    return await cluster.get({ apiVersion: 'v1', kind: 'Secret', namespace, name })
  } catch (error) {
    if (hasStatus(error, 403)) return undefined
    throw error
  }
}

function valuesOf(secret: KubernetesObject | undefined): readonly Uint8Array[] {
  const valuesIn = (field: unknown, encoding: BufferEncoding): readonly Uint8Array[] =>
    Object.values(isJsonObject(field) ? field : {}).flatMap((value) =>
      typeof value === 'string' ? [Buffer.from(value, encoding)] : [],
    )
  return [...valuesIn(secret?.data, 'base64'), ...valuesIn(secret?.stringData, 'utf8')]
}

/** Fields that name a Secret by an object with a name: of variables, volumes and their drivers. */
const referenceField = /^secret$|^secretKeyRef$|[sS]ecretRef$/

/** The names of the Secrets that an object refers to anywhere in it. */
export function secretNamesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(secretNamesIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([field, nested]: [string, unknown]) => [
    ...namesIn(field, nested),
    ...secretNamesIn(nested),
  ])
}

function namesIn(field: string, value: unknown): readonly string[] {
  if (field === 'secretName') return typeof value === 'string' ? [value] : []
  if (field === 'imagePullSecrets' && Array.isArray(value)) return value.flatMap(nameIn)
  return referenceField.test(field) ? nameIn(value) : []
}

function nameIn(value: unknown): readonly string[] {
  return isJsonObject(value) && typeof value.name === 'string' ? [value.name] : []
}
