import type { Outcome, Ports } from '@oke-pipeline/core'
import * as v from 'valibot'
import { removeContainerArguments, runArguments } from './podman-arguments.ts'
import type { ContainerSettings, ContainerStart } from './podman-arguments.ts'

/** A container that was started, and may have ended since. */
export interface Container {
  readonly name: string
  /** Settles when podman is done with it. */
  readonly ended: Promise<Outcome>
  /** The last lines that it wrote, both streams in the order they came. */
  lastLines(): readonly string[]
}

/** How the program in a container ended. */
export interface ContainerEnd {
  readonly exitCode: number
  readonly isOutOfMemory: boolean
  /** Whether it ran at all; podman’s own exit status says what was wrong when it did not. */
  readonly hasRun: boolean
}

const keptLines = 30
const keptCharacters = 500

/** Starts a container; what it writes goes to the log of the step as it comes. */
export function startContainer(
  settings: ContainerSettings,
  start: ContainerStart,
  { exec, log }: Pick<Ports, 'exec' | 'log'>,
): Container {
  const lines: string[] = []
  const ended = exec.run({
    file: 'podman',
    args: runArguments(settings, start),
    onLine(line) {
      log.info(line)
      lines.push(line.slice(0, keptCharacters))
      if (lines.length > keptLines) lines.shift()
    },
  })
  return { name: settings.container, ended, lastLines: () => lines }
}

/** Waits for a container to end, at most so long; undefined when it runs on. */
export async function endedWithin(
  { ended }: Container,
  seconds: number,
  { clock, signal }: Pick<Ports, 'clock' | 'signal'>,
): Promise<Outcome | undefined> {
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

const stateSchema = v.object({
  Status: v.string(),
  ExitCode: v.number(),
  OOMKilled: v.boolean(),
})

/** What podman knows of the end of a container, which its exit status alone does not tell. */
export async function endOf(
  { name }: Container,
  outcome: Outcome,
  { exec }: Pick<Ports, 'exec'>,
): Promise<ContainerEnd> {
  const { exitCode, stdout } = await exec.run({
    file: 'podman',
    args: ['container', 'inspect', '--format', '{{json .State}}', name],
  })
  // There is no container when podman would not even make one.
  if (exitCode !== 0) return { exitCode: outcome.exitCode, isOutOfMemory: false, hasRun: false }
  const state = v.parse(stateSchema, JSON.parse(stdout))
  const hasRun = state.Status === 'exited' || state.Status === 'stopped'
  return {
    exitCode: hasRun ? state.ExitCode : outcome.exitCode,
    isOutOfMemory: state.OOMKilled,
    hasRun,
  }
}

/** Ends a container, whatever it does, and removes it. */
export async function removeContainer(
  name: string,
  { exec, log }: Pick<Ports, 'exec' | 'log'>,
): Promise<void> {
  const { exitCode, stderr } = await exec.run({
    file: 'podman',
    args: removeContainerArguments(name),
  })
  // It says nothing about the image: a leftover is worth a word, not a failed test.
  if (exitCode !== 0) log.warning(`Container "${name}" was not removed: ${stderr.trim()}`)
}

/** Removes a container and waits until podman is done with it. */
export async function finish(
  container: Container,
  ports: Pick<Ports, 'exec' | 'log'>,
): Promise<void> {
  await removeContainer(container.name, ports)
  await container.ended
}
