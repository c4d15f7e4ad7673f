import { spawn } from 'node:child_process'

/** How a command is run. */
export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly workingDirectory?: string
  readonly input?: string
  readonly signal?: AbortSignal
  /** Called with each line of standard error as it comes. */
  readonly onErrorLine?: (line: string) => void
}

/** What a finished command wrote and how it ended. */
export interface CommandResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Standard output of a command that must succeed. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await tryCommand(file, args, options)
  if (result.exitCode === 0) return result.stdout
  const said = lastLines(result.stderr === '' ? result.stdout : result.stderr, 15)
  throw new Error(
    `"${[file, ...args].join(' ')}" failed with exit status ${result.exitCode}: ${said}`,
  )
}

/** Runs a command to its end whatever its exit status; throws only if it cannot be started. */
export async function tryCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(file, args, {
    env: options.environment ?? process.env,
    ...(options.workingDirectory === undefined ? {} : { cwd: options.workingDirectory }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    stdio: 'pipe',
  })
  // A program may end without reading its input; how it ended says what there is to say.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  if (options.onErrorLine !== undefined) splitLines(child.stderr, options.onErrorLine)
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new Error(`Cannot run "${file}": ${cause.message}.`, { cause }))
    })
    child.once('close', (code) => {
      resolve(code ?? -1)
    })
  })
  return {
    exitCode,
    stdout: Buffer.concat(stdout).toString('utf8'),
    stderr: Buffer.concat(stderr).toString('utf8'),
  }
}

/** The end of a text, for error messages. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}

function splitLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = ''
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
}
