import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chooseSlot } from './addresses.ts'
import { messageOf } from './error-code.ts'
import type { PartGroup } from './group.ts'
import { type AnyGroup, resolveGroups } from './groups.ts'
import type { KeeperMessage, KeeperRequest } from './keeper-protocol.ts'
import {
  type LabRecord,
  ensureLabsDirectory,
  labNames,
  readRecord,
  writeRecord,
} from './lab-record.ts'
import { identify } from './process-identity.ts'
import { lockFile } from './provision/cache.ts'
import { ensureSystemPackages } from './provision/system-packages.ts'
import { removeAbandonedLabs, removeLab } from './remove-lab.ts'
import { type RunningLab, createLab } from './running-lab.ts'
import { startGroups } from './start-groups.ts'

/** Starts one lab, holds all its processes, and takes it down. */
export class Keeper {
  readonly #send: (message: KeeperMessage) => void
  readonly #stopping = new AbortController()
  #record: LabRecord | undefined
  #lab: RunningLab | undefined
  #starting: Promise<void> | undefined
  #stopped: Promise<void> | undefined
  #detached = false

  constructor(send: (message: KeeperMessage) => void) {
    this.#send = send
  }

  /** Whether the lab is meant to outlive its owner. */
  isDetached(): boolean {
    return this.#detached
  }

  /** Starts the lab and tells the owner how that went; false if it failed. */
  async start(request: KeeperRequest): Promise<boolean> {
    this.#starting = this.#start(request)
    try {
      await this.#starting
      return true
    } catch (error) {
      this.#send({
        type: 'failed',
        problem: `${messageOf(error)}\n${await this.#keepLogs()}`.trim(),
      })
      return false
    }
  }

  /** Ends every program of the lab and removes everything it made; however often it is called. */
  async stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    await this.#stopped
  }

  async #start(request: KeeperRequest): Promise<void> {
    const log = (line: string): void => {
      this.#send({ type: 'log', line })
    }
    const groups = await resolveGroups(request.groups)
    this.#record = await claimLab(request.name, groups)
    await ensureSystemPackages(neededPackages(groups), {
      log,
      install: request.install,
      lock: join(await ensureLabsDirectory(), '.apt-lock'),
    })
    const { name, directory, slot } = this.#record
    const signal = this.#stopping.signal
    const onProblem = (problem: string): void => {
      void this.#reportProblem(problem)
    }
    const onFailure = (error: unknown): void => {
      this.#stopping.abort(error)
    }
    this.#lab = await createLab({ name, directory, slot, signal, log, onProblem, onFailure })
    const contributions = await startGroups(this.#lab, groups)
    signal.throwIfAborted()
    this.#record = { ...this.#record, ...contributions, state: 'running' }
    await writeRecord(this.#record)
    this.#detached = request.detached
    this.#send({ type: 'ready', record: this.#record })
  }

  async #reportProblem(problem: string): Promise<void> {
    if (this.#record?.state !== 'running') {
      this.#stopping.abort(new Error(problem))
      return
    }
    this.#send({ type: 'log', line: `The lab "${this.#record.name}" is broken: ${problem}` })
    this.#record = { ...this.#record, state: 'broken', problem }
    await writeRecord(this.#record)
  }

  /** What the programs of a failed lab wrote would go with its folder. */
  async #keepLogs(): Promise<string> {
    const target = process.env.OKE_LAB_LOGS
    if (this.#lab === undefined) return ''
    if (target === undefined || target === '') {
      return "To keep the logs of the lab's programs, set OKE_LAB_LOGS to a folder and run again."
    }
    await cp(join(this.#lab.directory, 'logs'), target, { recursive: true })
    return `The logs of the lab's programs are in "${target}".`
  }

  async #announceStop(): Promise<void> {
    if (this.#record === undefined) return
    this.#record = { ...this.#record, state: 'stopping' }
    await writeRecord(this.#record)
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new Error('The lab is being stopped.'))
    // What is half started must have stopped making things before they are removed.
    await this.#starting?.catch(() => undefined)
    await this.#announceStop()
    for (const cleanup of this.#lab?.cleanups.reverse() ?? []) await cleanup()
    await this.#lab?.sandbox.destroy()
    if (this.#record !== undefined) await removeLab(this.#record.name, this.#record.slot)
  }
}

const alwaysNeeded: AnyGroup['systemPackages'] = [
  { package: 'iproute2', file: 'ip' },
  { package: 'openssl', file: 'openssl' },
  { package: 'util-linux', file: 'setpriv' },
]

function neededPackages(groups: readonly AnyGroup[]): AnyGroup['systemPackages'] {
  return [...alwaysNeeded, ...groups.flatMap((group) => group.systemPackages)]
}

/** Takes a name and a slot for a lab of this process, and removes what earlier labs left behind. */
async function claimLab(name: string, groups: readonly AnyGroup[]): Promise<LabRecord> {
  const root = await ensureLabsDirectory()
  const release = await lockFile(join(root, '.lock'))
  try {
    await removeAbandonedLabs()
    if ((await labNames()).includes(name)) {
      throw new Error(
        `Cannot start a lab "${name}": there is one of that name. Stop it with "npm run lab -- down --name ${name}", or choose another name.`,
      )
    }
    const record = await newRecord(
      join(root, name),
      name,
      groups.map((group) => group.name),
    )
    await mkdir(record.directory, { mode: 0o700 })
    await writeRecord(record)
    return record
  } finally {
    await release()
  }
}

async function newRecord(
  directory: string,
  name: string,
  groups: readonly PartGroup[],
): Promise<LabRecord> {
  const keeper = await identify(process.pid)
  if (keeper === undefined) throw new Error('Cannot read /proc: the lab runs on Linux only.')
  return {
    name,
    directory,
    slot: await chooseSlot(await takenSlots()),
    keeper,
    state: 'starting',
    startedAt: new Date().toISOString(),
    groups,
    details: {},
    environment: {},
    versions: {},
  }
}

async function takenSlots(): Promise<ReadonlySet<number>> {
  const records = await Promise.all((await labNames()).map(readRecord))
  return new Set(records.flatMap((record) => (record === undefined ? [] : [record.slot])))
}
