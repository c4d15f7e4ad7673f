import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { runCommand } from './command.ts'
import { identify, killAndWait, onlyChild } from './process-identity.ts'

/**
 * The namespaces that a lab's programs run in. Its first process owns them: when that dies, the kernel kills all
 * others and drops all mounts, so nothing has to be found and cleaned one by one.
 */
export interface Sandbox {
  /** On the machine. */
  readonly pid: number
  /** Command line that runs a program in the sandbox and ends with it or with us. */
  enter(
    file: string,
    args: readonly string[],
    network: 'host' | 'node',
  ): readonly [string, readonly string[]]
  /** Makes the node's network namespace and gives the process that holds it. */
  createNodeNetwork(): Promise<number>
  /** Ends everything that runs in the sandbox. */
  destroy(): Promise<void>
}

/** Sleeps for ever as the first process of a namespace and lets the kernel reap what is reparented to it. */
const idle = ['env', '--ignore-signal=CHLD', 'sleep', 'infinity']

/** Makes the process and mount namespaces of a lab; they live as long as this process at most. */
export async function createSandbox(directory: string): Promise<Sandbox> {
  const pid = await startInside('setpriv', [
    ...['--pdeathsig', 'KILL', 'unshare', '--pid', '--mount', '--propagation', 'private'],
    ...['--mount-proc', '--fork', '--kill-child=KILL', ...idle],
  ])
  await hideMachineState(pid, directory)
  const identity = await identify(pid)
  let holder: number | undefined
  return {
    pid,
    enter: (file, args, network) =>
      enter(network === 'node' ? nodeHolder(holder) : pid, network, file, args),
    createNodeNetwork: async () => {
      holder = await startInside(...enter(pid, 'host', 'unshare', ['--net', ...idle]))
      return holder
    },
    destroy: async () => {
      if (identity !== undefined) await killAndWait(identity, 20)
    },
  }
}

function nodeHolder(holder: number | undefined): number {
  if (holder !== undefined) return holder
  throw new Error('The lab has no node network: only the kubernetes group makes one.')
}

function enter(
  target: number,
  network: 'host' | 'node',
  file: string,
  args: readonly string[],
): readonly [string, readonly string[]] {
  const namespaces = ['--pid', '--mount', ...(network === 'node' ? ['--net'] : [])]
  const dieWithParent = ['--pdeathsig', 'KILL']
  return [
    'setpriv',
    [
      ...dieWithParent,
      'nsenter',
      '--target',
      String(target),
      ...namespaces,
      'setpriv',
      ...dieWithParent,
      file,
      ...args,
    ],
  ]
}

/** Starts a wrapper program and gives the process that it makes inside the namespaces. */
async function startInside(file: string, args: readonly string[]): Promise<number> {
  const wrapper = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = explainEnd(wrapper)
  const { pid } = wrapper
  if (pid === undefined) return ended
  return Promise.race([onlyChild(pid, 10), ended])
}

/** Rejects when the program ends, which it should not, with what it said. */
async function explainEnd(child: ChildProcessByStdio<null, null, Readable>): Promise<never> {
  const said: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
  const cause = await new Promise<Error>((resolve) => {
    child.once('error', resolve)
    child.once('close', () => {
      resolve(new Error(Buffer.concat(said).toString('utf8').trim()))
    })
  })
  throw new Error(
    `Cannot make namespaces for the lab: ${cause.message}. It takes root with CAP_SYS_ADMIN; inside a container that means a privileged one.`,
    { cause },
  )
}

/**
 * Gives the lab folders of its own where programs insist on fixed places (shim sockets, container logs, CNI results),
 * so that they neither meet another lab's nor stay behind.
 */
async function hideMachineState(pid: number, directory: string): Promise<void> {
  const inMounts = ['--target', String(pid), '--mount']
  const resolver = '/run/systemd/resolve'
  for (const place of ['/run', '/var/log', '/var/lib/cni']) {
    const own = join(directory, 'system', place)
    await mkdir(own, { recursive: true })
    await mkdir(place, { recursive: true })
    if (place === '/run' && existsSync(resolver)) {
      // /etc/resolv.conf points here on machines with systemd-resolved.
      await mkdir(join(own, 'systemd/resolve'), { recursive: true })
      await runCommand('nsenter', [
        ...inMounts,
        'mount',
        '--bind',
        resolver,
        join(own, 'systemd/resolve'),
      ])
    }
    await runCommand('nsenter', [...inMounts, 'mount', '--rbind', own, place])
  }
}
