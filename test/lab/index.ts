import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lastLines } from './command.ts'
import type { GroupDetails, PartGroup } from './group.ts'
import { type KeeperRequest, isKeeperMessage } from './keeper-protocol.ts'
import { type LabRecord, checkLabName, isRunning, readRecord } from './lab-record.ts'
import { removeLab } from './remove-lab.ts'

export { createDeployer } from './kubernetes/deployer.ts'
export type { GroupDetails, PartGroup } from './group.ts'

/** What a lab shall have, and how it is started. */
export interface LabRequest {
  readonly parts: readonly PartGroup[]
  /** Without it the lab gets a name of its own. */
  readonly name?: string
  /** Whether missing system packages are installed (as root, with apt-get); the default is yes. */
  readonly install?: boolean
  readonly log?: (line: string) => void
  /** Stops a lab that is being started. */
  readonly signal?: AbortSignal
  /** True: the lab outlives this process. */
  readonly detached?: boolean
}

/** A running lab. */
export interface Lab {
  readonly name: string
  readonly directory: string
  readonly groups: readonly PartGroup[]
  /** Variables that point tools at the lab; PATH has the lab's programs first. */
  readonly environment: Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, string>>
  readonly kubernetes?: GroupDetails['kubernetes']
  readonly registry?: GroupDetails['registry']
  readonly secureRegistry?: GroupDetails['secure-registry']
  readonly referrersRegistry?: GroupDetails['referrers-registry']
  readonly baseImages?: GroupDetails['base-images']
  readonly builder?: GroupDetails['builder']
  readonly docker?: GroupDetails['docker']
  readonly scanner?: GroupDetails['scanner']
  readonly trivy?: GroupDetails['trivy']
  readonly runner?: GroupDetails['runner']
  /** Ends everything of the lab and removes what it made. */
  stop(): Promise<void>
}

let labsOfThisProcess = 0

/** Starts a lab; it ends when `stop` is called or this process ends, however that happens, unless it is detached. */
export async function startLab(request: LabRequest): Promise<Lab> {
  const name = request.name ?? `lab-${process.pid}-${(labsOfThisProcess += 1)}`
  checkLabName(name)
  requireLinuxRoot()
  request.signal?.throwIfAborted()
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'keeper.ts')], {
    // A session of its own: what the terminal sends reaches the owner, who decides.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const stop = async (): Promise<void> => stopKeeper(keeper, name)
  const onAbort = (): void => void stop()
  request.signal?.addEventListener('abort', onAbort, { once: true })
  try {
    const record = await requestStart(keeper, { ...startMessage(request), name }, request.log)
    releaseEventLoop(keeper)
    return labOf(record, stop)
  } catch (error) {
    await stop()
    throw error
  } finally {
    request.signal?.removeEventListener('abort', onAbort)
  }
}

/** A lab that somebody started and that runs now; undefined if there is none of that name. */
export async function findLab(name: string): Promise<Lab | undefined> {
  const record = await readRecord(name)
  if (
    record === undefined ||
    !['running', 'broken'].includes(record.state) ||
    !(await isRunning(record))
  )
    return undefined
  return labOf(record, async () => stopRecordedLab(name))
}

/** Stops a lab that any process started, and removes what it left, also if its keeper is long gone. */
export async function stopRecordedLab(name: string): Promise<void> {
  const record = await readRecord(name)
  if (record !== undefined && (await isRunning(record))) {
    process.kill(record.keeper.pid, 'SIGTERM')
    const deadline = Date.now() + 60_000
    while (await isRunning(record)) {
      if (Date.now() > deadline) {
        throw new Error(
          `The lab "${name}" has not stopped within 60 s. End its keeper, process ${record.keeper.pid}, with SIGKILL and run "npm run lab -- down" again.`,
        )
      }
      await sleep(50)
    }
  }
  await removeLab(name, record?.slot)
}

function startMessage(request: LabRequest): Omit<KeeperRequest, 'name'> {
  return {
    type: 'start',
    groups: request.parts,
    install: request.install ?? true,
    detached: request.detached ?? false,
  }
}

function requireLinuxRoot(): void {
  if (process.platform === 'linux' && process.getuid?.() === 0) return
  throw new Error(
    'Cannot start a lab here: it runs on Linux as root. Run it with sudo or in a virtual machine, or use a cluster of your own, such as kind.',
  )
}

async function requestStart(
  keeper: ChildProcess,
  request: KeeperRequest,
  log: LabRequest['log'],
): Promise<LabRecord> {
  let complaints = ''
  keeper.stderr?.on('data', (chunk: Buffer) => {
    complaints += chunk.toString('utf8')
  })
  return new Promise((resolve, reject) => {
    keeper.on('message', (message) => {
      if (!isKeeperMessage(message)) return
      if (message.type === 'log') log?.(message.line)
      else if (message.type === 'ready') resolve(message.record)
      else reject(new Error(message.problem))
    })
    keeper.once('error', reject)
    keeper.once('exit', () => {
      reject(
        new Error(`The lab's keeper ended before the lab was up. ${lastLines(complaints, 15)}`),
      )
    })
    keeper.send(request)
  })
}

/** A lab that nobody stops must not keep its owner from ending; the keeper notices and takes the lab down. */
function releaseEventLoop(keeper: ChildProcess): void {
  keeper.unref()
  keeper.channel?.unref()
  keeper.stderr?.destroy()
}

async function stopKeeper(keeper: ChildProcess, name: string): Promise<void> {
  const record = await readRecord(name)
  if (keeper.exitCode === null && keeper.signalCode === null) {
    keeper.ref()
    const ended = once(keeper, 'exit')
    if (keeper.connected) keeper.send('stop', () => undefined)
    await ended
  }
  // A keeper that was killed could not clean up.
  if (record?.keeper.pid === keeper.pid) await removeLab(name, record?.slot)
}

function labOf(record: LabRecord, stop: () => Promise<void>): Lab {
  const { details } = record
  return {
    name: record.name,
    directory: record.directory,
    groups: record.groups,
    environment: record.environment,
    versions: record.versions,
    ...(details.kubernetes && { kubernetes: details.kubernetes }),
    ...(details.registry && { registry: details.registry }),
    ...(details['secure-registry'] && { secureRegistry: details['secure-registry'] }),
    ...(details['referrers-registry'] && { referrersRegistry: details['referrers-registry'] }),
    ...(details['base-images'] && { baseImages: details['base-images'] }),
    ...(details.builder && { builder: details.builder }),
    ...(details.docker && { docker: details.docker }),
    ...(details.scanner && { scanner: details.scanner }),
    ...(details.trivy && { trivy: details.trivy }),
    ...(details.runner && { runner: details.runner }),
    stop,
  }
}
