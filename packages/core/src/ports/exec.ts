import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { Readable } from 'node:stream'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ConfigurationError, ServiceError, messageOf, systemCodeOf } from '../errors.ts'

/** A program and its arguments; never a command line for a shell. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>
  readonly directory?: string
  /** Written to standard input: the way to hand over a secret, or more than fits in memory. */
  readonly input?: string | AsyncIterable<Uint8Array>
  readonly timeoutSeconds?: number
  /** Called with each line of standard output and standard error as it comes. */
  readonly onLine?: (line: string) => void
  /**
   * Keeps at least so many characters of the end of what it writes, and at most twice as many: for
   * programs that write without end. By default all of it.
   */
  readonly keepsLast?: number
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
  signal.throwIfAborted()
  const child = spawn(command.file, command.args, {
    env: { ...environment, ...command.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(command.directory === undefined ? {} : { cwd: command.directory }),
  })
  const stop = (): void => endChild(child)
  const timer = setTimeout(stop, (command.timeoutSeconds ?? longestSeconds) * 1000)
  signal.addEventListener('abort', stop, { once: true })
  try {
    const [stdout, stderr, end] = await Promise.all([
      textOf(child.stdout, command),
      textOf(child.stderr, command),
      endOf(child),
      writeInput(child, command.input),
    ])
    signal.throwIfAborted()
    if (end.exitCode === null) throw ended(command, end.signal)
    return { exitCode: end.exitCode, stdout, stderr }
  } catch (error) {
    throw systemCodeOf(error) === 'ENOENT' ? notFound(command, error) : error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

/** The longest time that a timer of Node.js can wait: 24 days. */
const longestSeconds = 2_147_483
const secondsToStop = 5

/** Asks a program to end, and ends it when it has not done so after a while. */
function endChild(child: ChildProcess): void {
  child.kill('SIGTERM')
  setTimeout(() => child.kill('SIGKILL'), secondsToStop * 1000).unref()
}

/** What a stream says when the other side wants no more. */
const unread = ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']

async function writeInput(
  child: ChildProcess & { readonly stdin: Writable },
  input: Command['input'],
): Promise<void> {
  // A program that ends before it has read its input closes the pipe: its exit code says why.
  child.stdin.on('error', () => undefined)
  if (input === undefined || typeof input === 'string') {
    child.stdin.end(input)
    return
  }
  const source = Readable.from(input)
  try {
    await pipeline(source, child.stdin)
  } catch (error) {
    if (unread.includes(systemCodeOf(error) ?? '')) return
    // Half of an input must not be taken for all of it.
    child.kill('SIGKILL')
    throw new Error(`What it was to be given could not be read: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

type Reading = Pick<Command, 'onLine' | 'keepsLast'>

async function textOf(stream: Readable, { onLine, keepsLast }: Reading): Promise<string> {
  stream.setEncoding('utf8')
  let text = ''
  let unfinished = ''
  for await (const chunk of stream as AsyncIterable<string>) {
    text = endOfText(text + chunk, keepsLast)
    if (onLine !== undefined) unfinished = passLines(unfinished, chunk, onLine)
  }
  if (unfinished !== '') onLine?.(unfinished)
  return text
}

/** The end of a text, cut now and then only: each cut copies what is kept. */
function endOfText(text: string, keepsLast: number | undefined): string {
  return keepsLast === undefined || text.length <= 2 * keepsLast ? text : text.slice(-keepsLast)
}

/** A program that never ends its line must not fill the memory: what is longer comes in pieces. */
const longestLine = 16 * 1024 * 1024

/** Passes on the lines that a chunk ends, and returns the line that it leaves unfinished. */
function passLines(unfinished: string, chunk: string, onLine: (line: string) => void): string {
  const end = chunk.lastIndexOf('\n')
  if (end < 0 && unfinished.length + chunk.length < longestLine) return unfinished + chunk
  const whole = end < 0 ? unfinished + chunk : unfinished + chunk.slice(0, end)
  for (const line of whole.split(/\r?\n/)) onLine(line)
  return end < 0 ? '' : chunk.slice(end + 1)
}

interface End {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
}

async function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal }))
  })
}

function notFound({ file, directory }: Command, cause: unknown): ConfigurationError {
  const place = directory === undefined ? '' : `, or the folder "${directory}" does not exist`
  return new ConfigurationError({
    title: `Program "${file}" was not found`,
    explanation: `It is neither a path nor in PATH on this runner${place}.`,
    remedy: 'Install it in an earlier step of this job.',
    cause,
  })
}

function ended({ file, timeoutSeconds }: Command, signal: NodeJS.Signals | null): ServiceError {
  const limit = timeoutSeconds === undefined ? '' : `; it may take ${timeoutSeconds} s`
  return new ServiceError({
    service: file,
    title: `Program "${file}" did not finish`,
    explanation: `It was ended by ${signal ?? 'an unknown signal'}${limit}.`,
  })
}
