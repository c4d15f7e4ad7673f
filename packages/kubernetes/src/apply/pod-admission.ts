import { mapBounded } from '@oke-pipeline/core'
import { isRefusal } from '../client/api-error.ts'
import type { ApiError } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { podOf } from '../manifest/pod-template.ts'
import type { KubernetesObject } from '../object.ts'
import { objectsAtATime } from './objects-at-a-time.ts'
import type { Refusal } from './refusal.ts'

/**
 * Asks whether the pods of workloads would be let in, where the namespace enforces a level of Pod
 * Security: the server takes a Deployment whose pods it then refuses one by one.
 */
export async function refusedPods(
  cluster: Cluster,
  manifests: readonly Manifest[],
): Promise<readonly Refusal[]> {
  const workloads = manifests.filter(({ object }) => podOf(object) !== undefined)
  const namespace = workloads[0]?.object.metadata.namespace
  if (namespace === undefined || !(await isEnforced(cluster, namespace))) return []
  const refusals = await mapBounded(workloads, { limit: objectsAtATime }, async (manifest) => {
    const refusal = await refusalOfPod(cluster, manifest.object)
    return refusal === undefined ? [] : [{ manifest, refusal }]
  })
  return refusals.flat()
}

const levelLabel = 'pod-security.kubernetes.io/enforce'

/** Without the right to look, it is not known; nor is it of a namespace that is still to be made. */
async function isEnforced(cluster: Cluster, namespace: string): Promise<boolean> {
  try {
    const found = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
    const level = found?.metadata.labels?.[levelLabel]
    return level !== undefined && level !== 'privileged'
  } catch (error) {
    if (isRefusal(error)) return false
    throw error
  }
}

/**
 * What Pod Security says against a pod. Any other answer tells nothing of it: its service account may
 * come with the release, and the role may not let pods be asked about.
 */
async function refusalOfPod(
  cluster: Cluster,
  workload: KubernetesObject,
): Promise<ApiError | undefined> {
  const pod = podOf(workload)
  if (pod === undefined) return undefined
  try {
    await cluster.create(pod, { isDryRun: true })
    return undefined
  } catch (error) {
    if (!isRefusal(error)) throw error
    return error.answer.message.includes('violates PodSecurity') ? error : undefined
  }
}
