import { spawn } from 'node:child_process'
import { delimiter, dirname } from 'node:path'
import { root } from './actions.ts'

/** How a program ended, and all that it wrote. */
export interface Ended {
  readonly exitCode: number
  readonly output: string
}

/** Runs a program of the project's, with this Node.js first in PATH. */
export async function runProgram(
  file: string,
  args: readonly string[],
  { show = false, environment = {}, directory = root }: RunOptions = {},
): Promise<Ended> {
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)
  const child = spawn(file, args, {
    cwd: directory,
    env: { ...process.env, PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      output += text
      if (show) process.stdout.write(text)
    })
  }
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
  return { exitCode, output }
}

/** What is passed to a program besides its arguments. */
export interface RunOptions {
  /** Whether its output is shown as it comes. */
  readonly show?: boolean
  readonly environment?: Readonly<Record<string, string>>
  /** Where it runs; in the root of the repository if not given. */
  readonly directory?: string
}
