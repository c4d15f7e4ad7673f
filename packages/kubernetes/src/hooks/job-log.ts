import { inert } from '@oke-pipeline/core'
import { hasStatus } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import { knownSecrets } from '../diagnosis/known-secrets.ts'
import type { KubernetesObject } from '../object.ts'
import { Ownership } from '../readiness/ownership.ts'
import { containerStatusesOf, parsePod } from '../readiness/pod.ts'
import { redactorFor } from '../redact.ts'

const linesShown = 100

/** The last lines that the containers of a Job wrote, made safe for the job log. */
export async function jobLog(
  cluster: Cluster,
  job: KubernetesObject,
  objects: readonly KubernetesObject[],
): Promise<readonly string[]> {
  const { namespace = '' } = job.metadata
  const listed = await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace })
  const ownership = new Ownership({ pods: listed.items.map(parsePod), replicaSets: [] })
  const pods = ownership.podsOf(job).all
  const redact = redactorFor(await knownSecrets(cluster, { namespace, objects, pods }))
  const containers = pods.flatMap((pod) =>
    containerStatusesOf(pod).map(({ name }) => ({ pod: pod.metadata.name, container: name })),
  )
  const logs = await Promise.all(
    containers.map(async (container) => linesOf(cluster, { namespace, ...container })),
  )
  return logs.flat().map((line) => inert(redact(line)))
}

async function linesOf(
  cluster: Cluster,
  where: { readonly namespace: string; readonly pod: string; readonly container: string },
): Promise<readonly string[]> {
  try {
    const log = await cluster.logs({ ...where, tailLines: linesShown, isPrevious: false })
    return (log ?? '').split('\n').filter((line) => line !== '')
  } catch (error) {
    // What became of the Job is known without its log.
    if (hasStatus(error, 403)) return [`(no log: ${error.title})`]
    throw error
  }
}
