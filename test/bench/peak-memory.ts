import { spawn } from 'node:child_process'
import { join } from 'node:path'

const marker = 'peak-kilobytes='

/** Variables that make any Node.js program tell its memory at its end. */
export const tellMemory: Readonly<Record<string, string>> = {
  NODE_OPTIONS: `--import ${join(import.meta.dirname, 'tell-memory.ts')}`,
  OKE_PIPELINE_BENCH_MEMORY: marker,
}

/** The most memory that a Node.js program had in use, in MB, as it tells itself. */
export async function peakMemoryOf(command: {
  readonly file: string
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}): Promise<number> {
  const environment = { ...(command.environment ?? process.env), ...tellMemory }
  const child = spawn(command.file, command.args, { env: environment })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return peakMegabytesIn(output)
}

/** The memory, in MB, that a program has told in its output. */
export function peakMegabytesIn(output: string): number {
  const kilobytes = new RegExp(`${marker}(\\d+)`).exec(output)?.[1]
  if (kilobytes === undefined) throw new Error('The program did not tell its memory')
  return Number(kilobytes) / 1000
}
