import { execa } from 'execa'
import { ConfigurationError, ServiceError } from '../errors.ts'

/** A program and its arguments; never a command line for a shell. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>
  readonly directory?: string
  /** Written to standard input: the way to hand over a secret. */
  readonly input?: string
  readonly timeoutSeconds?: number
  /** Called with each line of standard output and standard error as it comes. */
  readonly onLine?: (line: string) => void
}

/** How a program ended and what it wrote. */
export interface Outcome {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Running programs. */
export interface Exec {
  /**
   * Runs a program to its end, whatever its exit code.
   * @throws {@link ConfigurationError} when the program is not there,
   * {@link ServiceError} when it was ended by a signal or took too long.
   */
  run(command: Command): Promise<Outcome>
}

const secondsToStop = 5

/** Programs of this machine; all of them are ended when the signal aborts. */
export function systemExec(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Exec {
  return { run: (command) => runCommand(command, environment, signal) }
}

async function runCommand(
  command: Command,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Outcome> {
  const running = execa(command.file, command.args, {
    env: { ...environment, ...command.environment },
    extendEnv: false,
    reject: false,
    cancelSignal: signal,
    forceKillAfterDelay: secondsToStop * 1000,
    ...(command.directory === undefined ? {} : { cwd: command.directory }),
    ...(command.timeoutSeconds === undefined ? {} : { timeout: command.timeoutSeconds * 1000 }),
    ...(command.input === undefined ? { stdin: 'ignore' as const } : { input: command.input }),
  })
  if (command.onLine !== undefined)
    void passOnLines(running.iterable({ from: 'all' }), command.onLine)
  const result = await running
  signal.throwIfAborted()
  if (result.exitCode === undefined) throw didNotFinish(command, result)
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr }
}

async function passOnLines(
  lines: AsyncIterable<unknown>,
  onLine: (line: string) => void,
): Promise<void> {
  for await (const line of lines) if (typeof line === 'string') onLine(line)
}

interface Unfinished {
  readonly code?: string | undefined
  readonly timedOut?: boolean | undefined
  readonly signal?: string | undefined
  readonly cause?: unknown
}

function didNotFinish(command: Command, result: Unfinished): Error {
  const { file } = command
  if (result.code === 'ENOENT') {
    return new ConfigurationError({
      title: `Program "${file}" was not found`,
      explanation: 'It is neither a path nor in PATH on this runner.',
      remedy: 'Install it in an earlier step of this job.',
      cause: result.cause,
    })
  }
  return new ServiceError({
    service: file,
    title: `Program "${file}" did not finish`,
    explanation:
      result.timedOut === true
        ? `It was stopped after ${command.timeoutSeconds ?? 0} s.`
        : `It was ended by ${result.signal ?? result.code ?? 'an unknown cause'}.`,
    cause: result.cause,
  })
}
