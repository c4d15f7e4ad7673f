import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Addresses, addressesOf } from './addresses.ts'
import { createAuthority } from './authority.ts'
import { lastLines, runCommand } from './command.ts'
import { isErrorCode } from './error-code.ts'
import type {
  Authority,
  GroupContext,
  GroupDetails,
  PartGroup,
  SpawnOptions,
  Supervised,
} from './group.ts'
import type { AnyGroup } from './groups.ts'
import { systemPath } from './provision/on-path.ts'
import { type Part, provide } from './provision/part.ts'
import { type Sandbox, createSandbox } from './sandbox.ts'
import { waitFor } from './wait-for.ts'

/** What the keeper holds of a lab while it runs. */
export interface RunningLab {
  readonly name: string
  readonly directory: string
  readonly binDirectory: string
  readonly cgroup: string
  readonly addresses: Addresses
  readonly sandbox: Sandbox
  readonly authority: Authority
  readonly signal: AbortSignal
  readonly log: (line: string) => void
  readonly usedPorts: Set<number>
  readonly details: Map<PartGroup, GroupDetails[PartGroup]>
  readonly cleanups: (() => Promise<void>)[]
  readonly provided: Map<Part, Promise<string>>
  readonly unreachableHosts: Set<string>
  /** Called when a program ends that should not. */
  readonly onProblem: (problem: string) => void
  /** Called when a group cannot start, so that the others stop trying. */
  readonly onFailure: (error: unknown) => void
}

/** What a lab is made of before anything runs in it. */
export type LabOptions = Pick<
  RunningLab,
  'name' | 'directory' | 'signal' | 'log' | 'onProblem' | 'onFailure'
> & {
  readonly slot: number
}

/** Makes a lab's folders, namespaces and certificate authority. */
export async function createLab(options: LabOptions): Promise<RunningLab> {
  const { directory, name } = options
  const folders = ['bin', 'logs', 'home', 'tmp', 'authority']
  await Promise.all(folders.map(async (folder) => mkdir(join(directory, folder))))
  return {
    ...options,
    binDirectory: join(directory, 'bin'),
    cgroup: cgroupOf(name),
    addresses: addressesOf(options.slot),
    sandbox: await createSandbox(directory),
    authority: await createAuthority(join(directory, 'authority')),
    usedPorts: new Set(),
    details: new Map(),
    cleanups: [],
    provided: new Map(),
    unreachableHosts: new Set(),
  }
}

/** The control group below which all of a lab's containers are. */
export function cgroupOf(name: string): string {
  return `/oke-lab-${name}`
}

/** Gives a group its view of the lab. */
export async function contextFor(lab: RunningLab, group: AnyGroup): Promise<GroupContext> {
  const directory = join(lab.directory, group.name)
  await mkdir(directory)
  const found = <Name extends PartGroup>(name: Name): GroupDetails[Name] | undefined => {
    if (![...group.requires, ...(group.after ?? [])].includes(name)) {
      throw new Error(
        `The group ${group.name} asks for ${name} but names it neither in requires nor in after.`,
      )
    }
    // The map holds under each name what that group contributed.
    return lab.details.get(name) as GroupDetails[Name] | undefined
  }
  return {
    labName: lab.name,
    directory,
    binDirectory: lab.binDirectory,
    cgroup: lab.cgroup,
    authority: lab.authority,
    addresses: lab.addresses,
    signal: lab.signal,
    log: lab.log,
    provide: async (part) => providePart(lab, part),
    spawn: (name, file, args, options) =>
      spawnSupervised(lab, name, [file, ...args], options ?? {}),
    run: async (file, args, options) => runInside(lab, file, args, options ?? {}),
    waitFor: async (description, check, timeoutSeconds) =>
      waitFor(description, check, { timeoutSeconds, signal: lab.signal }),
    freePort: async () => freePort(lab),
    contribution: (name) => {
      const details = found(name)
      if (details !== undefined) return details
      throw new Error(`The group ${group.name} asks for ${name}, which has not started.`)
    },
    optionalContribution: found,
    onStop: (cleanup) => {
      lab.cleanups.push(cleanup)
    },
    createNodeNetwork: async () => lab.sandbox.createNodeNetwork(),
  }
}

/** Provides a part once for the whole lab, and links it into the lab's PATH folder. */
export async function providePart(lab: RunningLab, part: Part): Promise<string> {
  const running = lab.provided.get(part)
  if (running !== undefined) return running
  const providing = provideAndLink(lab, part)
  lab.provided.set(part, providing)
  return providing
}

async function provideAndLink(lab: RunningLab, part: Part): Promise<string> {
  const path = await provide(part, {
    log: lab.log,
    signal: lab.signal,
    unreachableHosts: lab.unreachableHosts,
  })
  const link = join(lab.binDirectory, part.name)
  try {
    await symlink(path, link)
  } catch (error) {
    if (!isErrorCode(error, 'EEXIST')) throw error
  }
  return link
}

/** Only what programs need, so that nobody's proxy settings or configuration change what a lab does. */
function minimalEnvironment(lab: RunningLab, options: SpawnOptions): Record<string, string> {
  return {
    PATH: `${lab.binDirectory}:${systemPath()}`,
    HOME: join(lab.directory, 'home'),
    TMPDIR: join(lab.directory, 'tmp'),
    LANG: 'C.UTF-8',
    ...options.environment,
  }
}

function spawnSupervised(
  lab: RunningLab,
  name: string,
  commandLine: readonly string[],
  options: SpawnOptions,
): Supervised {
  const [file = '', ...args] = commandLine
  const logFile = join(lab.directory, 'logs', `${name}.log`)
  const output = openSync(logFile, 'a')
  const [command, commandArgs] = lab.sandbox.enter(file, args, options.network ?? 'host')
  const child = spawn(command, commandArgs, {
    cwd: options.workingDirectory ?? lab.directory,
    env: minimalEnvironment(lab, options),
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  reportEnd(lab, name, child, logFile)
  if (child.pid === undefined)
    throw new Error(`Cannot start ${name}: "${command}" could not be run.`)
  return { pid: child.pid, logFile }
}

function reportEnd(lab: RunningLab, name: string, child: ChildProcess, logFile: string): void {
  child.once('error', (error) => {
    lab.onProblem(`${name} could not be started: ${error.message}`)
  })
  child.once('exit', (code, signal) => {
    if (lab.signal.aborted) return
    const how =
      code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with exit status ${code}`
    lab.onProblem(
      `${name} ${how}. The end of its log:\n${lastLines(readFileSync(logFile, 'utf8'), 12)}`,
    )
  })
}

async function runInside(
  lab: RunningLab,
  file: string,
  args: readonly string[],
  options: SpawnOptions & { readonly input?: string },
): Promise<string> {
  const [command, commandArgs] = lab.sandbox.enter(file, args, options.network ?? 'host')
  return runCommand(command, commandArgs, {
    environment: minimalEnvironment(lab, options),
    workingDirectory: options.workingDirectory ?? lab.directory,
    signal: lab.signal,
    ...(options.input === undefined ? {} : { input: options.input }),
  })
}

async function freePort(lab: RunningLab): Promise<number> {
  const { firstPort, lastPort } = lab.addresses
  for (let port = firstPort; port <= lastPort; port += 1) {
    if (lab.usedPorts.has(port)) continue
    lab.usedPorts.add(port)
    if (await canListen(port)) return port
  }
  throw new Error(
    `The lab "${lab.name}" has no free port left between ${firstPort} and ${lastPort}.`,
  )
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(false)
    })
    server.listen({ host: '127.0.0.1', port }, () => {
      server.close(() => {
        resolve(true)
      })
    })
  })
}
