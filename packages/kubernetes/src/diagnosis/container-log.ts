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
    const first = await cluster.logs({ ...query, isPrevious })
    const log = isBlank(first) && status.restartCount > 0 ? await other() : first
    return inert((log ?? '').trimEnd().slice(-limitCharacters))
  } catch (error) {
    // The reason of the failure is known without the log.
    if (hasStatus(error, 403)) return `(no log: ${error.title})`
    throw error
  }

  async function other(): Promise<string | undefined> {
    return cluster.logs({ ...query, isPrevious: !isPrevious })
  }
}

function isBlank(log: string | undefined): boolean {
  return log === undefined || log.trim() === ''
}
