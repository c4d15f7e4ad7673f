import { inert } from '@oke-pipeline/core'
import { hasStatus } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import type { ContainerStatus } from '../readiness/pod.ts'

const lines = 20
const limitCharacters = 4096

/**
 * The last lines that a container wrote, made safe for the job log: those of the run that failed.
 * A container that waits may have been started again by the time the log is read, so its last
 * run is asked for as the previous one, which holds either way.
 */
export async function containerLog(
  cluster: Cluster,
  where: { readonly namespace: string; readonly pod: string },
  status: ContainerStatus,
): Promise<string> {
  const query = { ...where, container: status.name, tailLines: lines }
  const isPrevious = status.state.terminated === undefined && status.restartCount > 0
  try {
    const first = logIn(await cluster.logs({ ...query, isPrevious }))
    const log = first === '' && status.restartCount > 0 ? await other() : first
    return inert(log.slice(-limitCharacters))
  } catch (error) {
    // The reason of the failure is known without the log.
    if (hasStatus(error, 403)) return `(no log: ${error.title})`
    throw error
  }

  async function other(): Promise<string> {
    return logIn(await cluster.logs({ ...query, isPrevious: !isPrevious }))
  }
}

/** What the kubelet answers, with status 200, where the container is being removed at that moment. */
const isGone = /^unable to retrieve container logs for \S+$/

/** The log, without line breaks at its end; empty where there is none. */
function logIn(answer = ''): string {
  const log = answer.trimEnd()
  return log.trim() === '' || isGone.test(log) ? '' : log
}
