import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const start = promisify(execFile)

/** Runs a program to its end and returns what it printed; fails with what it said. */
export async function output(
  file: string,
  args: readonly string[],
  options: {
    readonly environment: Readonly<Record<string, string | undefined>>
    readonly directory?: string
  },
): Promise<string> {
  const { stdout } = await start(file, args, {
    env: options.environment,
    maxBuffer: 64 * 1024 * 1024,
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
  })
  return stdout
}
