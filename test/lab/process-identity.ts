import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isErrorCode } from './error-code.ts'

/** A process for good: its number, and when it started, because numbers are used again. */
export interface ProcessIdentity {
  readonly pid: number
  /** In clock ticks since the machine started. */
  readonly startTime: string
}

/** Identity of a process that runs now; undefined if it does not. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const fields = await statusFields(pid)
  const startTime = fields?.[19]
  // A zombie is over: it only waits for its parent to look.
  if (startTime === undefined || fields?.[0] === 'Z') return undefined
  return { pid, startTime }
}

/** Whether that very process still runs. */
export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  return (await identify(process.pid))?.startTime === process.startTime
}

/** The one child that a wrapper such as `unshare --fork` or `nsenter` has, once it has one. */
export async function onlyChild(pid: number, timeoutSeconds: number): Promise<number> {
  const deadline = Date.now() + timeoutSeconds * 1000
  for (;;) {
    const child = await firstChild(pid)
    if (child !== undefined) return child
    if (Date.now() > deadline) {
      throw new Error(`Process ${pid} has started no child in ${timeoutSeconds} s.`)
    }
    await sleep(5)
  }
}

async function firstChild(pid: number): Promise<number | undefined> {
  try {
    const child = Number.parseInt(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'), 10)
    return Number.isInteger(child) ? child : undefined
  } catch (error) {
    // Whoever waits for the process itself knows better why it ended.
    if (isErrorCode(error, 'ENOENT') || isErrorCode(error, 'ESRCH')) return undefined
    throw error
  }
}

/** Kills a process and waits until it is gone. */
export async function killAndWait(
  process_: ProcessIdentity,
  timeoutSeconds: number,
): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000
  if (await isAlive(process_)) process.kill(process_.pid, 'SIGKILL')
  while (await isAlive(process_)) {
    if (Date.now() > deadline) {
      throw new Error(
        `Process ${process_.pid} is still there ${timeoutSeconds} s after it was killed.`,
      )
    }
    await sleep(20)
  }
}

/** Fields of /proc/<pid>/stat from the state on. */
async function statusFields(pid: number): Promise<readonly string[] | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The command's name stands in parentheses and may hold anything, parentheses included.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch (error) {
    if (isErrorCode(error, 'ENOENT') || isErrorCode(error, 'ESRCH')) return undefined
    throw error
  }
}
