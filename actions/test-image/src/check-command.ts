import { secondsSince } from '@oke-pipeline/core'
import { endOf, endedWithin, finish, startContainer } from './container.ts'
import type { Container } from './container.ts'
import { explainEnd } from './explain-end.ts'
import type { ContainerSettings } from './podman-arguments.ts'
import type { TestPorts } from './test-ports.ts'
import type { CommandCheck } from './test-report.ts'

/** A command, and how long it may run. */
export interface CommandTest {
  readonly command: readonly string[]
  readonly timeoutSeconds: number
}

/** Runs a command in a container of its own; it passes with exit status 0. */
export async function checkCommand(
  test: CommandTest,
  settings: ContainerSettings,
  ports: TestPorts,
): Promise<CommandCheck> {
  const start = ports.clock.now()
  const { command } = test
  const container = startContainer(settings, { kind: 'command', command }, ports)
  try {
    const { exitCode, reason } = await observe(container, test, ports)
    return {
      kind: 'command',
      command,
      result: reason === undefined ? 'passed' : 'failed',
      reason,
      exitCode,
      seconds: secondsSince(start, ports.clock),
      lastLines: container.lastLines(),
    }
  } finally {
    // Nothing can be run any more once the job is cancelled: `post` does it then.
    if (!ports.signal.aborted) await finish(container, ports)
  }
}

interface Observation {
  readonly exitCode: number | undefined
  readonly reason: string | undefined
}

async function observe(
  container: Container,
  { timeoutSeconds }: CommandTest,
  ports: TestPorts,
): Promise<Observation> {
  const outcome = await endedWithin(container, timeoutSeconds, ports)
  if (outcome === undefined) {
    return { exitCode: undefined, reason: `It was still running after ${timeoutSeconds} s.` }
  }
  const end = await endOf(container, outcome, ports)
  const hasPassed = end.hasRun && end.exitCode === 0 && !end.isOutOfMemory
  return { exitCode: end.exitCode, reason: hasPassed ? undefined : explainEnd(end) }
}
