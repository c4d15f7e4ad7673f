import type { Ports } from '@oke-pipeline/core'
import { attachedStartArguments, containerArguments } from './arguments.ts'
import type { ContainerSpec } from './container-spec.ts'
import { outputRecorder } from './output.ts'
import type { Output } from './output.ts'
import type { Runtime } from './runtime.ts'

/** A container that was started, and may have ended since. */
export interface Container {
  readonly name: string
  readonly output: Output
  /** Settles when the runtime's client is done with it. */
  readonly ended: Promise<ClientEnd>
}

/** How the client ended that ran a container. */
export interface ClientEnd {
  /** Whether a container was made at all. */
  readonly isMade: boolean
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

type ContainerPorts = Pick<Ports, 'exec' | 'files' | 'clock' | 'signal'>

/** Makes and starts a container; it runs until its program ends or it is removed. */
export function startContainer(
  { name: runtime }: Pick<Runtime, 'name'>,
  spec: ContainerSpec,
  ports: ContainerPorts,
): Container {
  const output = outputRecorder(() => void killQuietly(runtime, spec.name, ports))
  return { name: spec.name, output, ended: runToEnd(runtime, spec, { output, ...ports }) }
}

async function runToEnd(
  runtime: Runtime['name'],
  spec: ContainerSpec,
  { exec, files, output }: ContainerPorts & { readonly output: Output },
): Promise<ClientEnd> {
  const { onLine } = output
  const environment = spec.inherited
  const args = containerArguments(runtime, spec)
  if (runtime === 'podman') {
    // Its monitor leaves a file where it runs when memory is short: not in the user's workspace.
    const directory = await files.temporaryFolder('podman')
    const outcome = await exec.run({ file: runtime, args, environment, onLine, directory })
    return { ...outcome, isMade: true }
  }
  // What the client has to say of the making does not mix with what the program writes.
  const made = await exec.run({ file: runtime, args, environment })
  if (made.exitCode !== 0) return { ...made, isMade: false }
  const started = attachedStartArguments(spec.name)
  return { ...(await exec.run({ file: runtime, args: started, onLine })), isMade: true }
}

async function killQuietly(
  runtime: Runtime['name'],
  name: string,
  { exec, signal }: ContainerPorts,
): Promise<void> {
  // It may be gone, or never have been there: either way it writes no more.
  if (!signal.aborted) await exec.run({ file: runtime, args: ['kill', name] })
}

/** Waits for a container to end, at most so long; undefined when it runs on. */
export async function endedWithin(
  { ended }: Pick<Container, 'ended'>,
  seconds: number,
  { clock, signal }: Pick<Ports, 'clock' | 'signal'>,
): Promise<ClientEnd | undefined> {
  const waiting = new AbortController()
  const pause = async (): Promise<undefined> => {
    await clock.sleep(seconds, AbortSignal.any([signal, waiting.signal]))
    return undefined
  }
  try {
    return await Promise.race([ended, pause()])
  } finally {
    waiting.abort()
  }
}
