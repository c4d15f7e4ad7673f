import { inert } from '@oke-pipeline/core'
import { hasStatus } from '../client/api-error.ts'
import { logLimitBytes } from '../client/cluster.ts'
import type { Cluster } from '../client/cluster.ts'
import type { ContainerStatus } from '../readiness/pod.ts'
import type { Redact } from '../redact.ts'

const lines = 20
const limitCharacters = 4096

/** Where a container is, and what must not be shown of its log. */
export interface LogSource {
  readonly namespace: string
  readonly pod: string
  readonly redact: Redact
}

/**
 * The last lines that a container wrote, made safe for the job log: those of the run that failed.
 * A container that waits may have been started again by the time the log is read, so its last
 * run is asked for as the previous one, which holds either way.
 */
export async function containerLog(
  cluster: Cluster,
  { namespace, pod, redact }: LogSource,
  status: ContainerStatus,
): Promise<string> {
  const query = { namespace, pod, container: status.name, tailLines: lines }
  const isPrevious = status.state.terminated === undefined && status.restartCount > 0
  try {
    const first = logIn(await cluster.logs({ ...query, isPrevious }))
    const log = first === '' && status.restartCount > 0 ? await other() : first
    // Cut only afterwards: half of a secret is not recognised.
    return inert(redact(log).slice(-limitCharacters))
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
const isGone =
  /^(?:unable to retrieve container logs for \S+|failed to try resolving symlinks in path "[^"]+": .+)$/

/** The log, without line breaks at its end; empty where there is none. */
function logIn(answer = ''): string {
  const log = wholeLines(answer).trimEnd()
  return log.trim() === '' || isGone.test(log) ? '' : log
}

/** A line that was cut by the server may end with half of a secret, which nobody would recognise. */
function wholeLines(answer: string): string {
  const isCut = Buffer.byteLength(answer) >= logLimitBytes
  return isCut ? answer.slice(0, Math.max(0, answer.lastIndexOf('\n'))) : answer
}
