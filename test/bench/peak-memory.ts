import { spawn } from 'node:child_process'

const marker = 'peak-kilobytes='

/** Options of Node.js that make any program tell its memory when it ends, if it is told to. */
export const tellingMemory = [
  '--import',
  `data:text/javascript,${encodeURIComponent(
    "const marker = process.env.OKE_PIPELINE_BENCH_MEMORY; if (marker) process.on('exit', () => console.log(marker + process.resourceUsage().maxRSS))",
  )}`,
] as const

/** The most memory that a Node.js program had in use, in MB, as it says itself when it is told to. */
export async function peakMemoryOf(command: {
  readonly file: string
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}): Promise<number> {
  const environment = { ...(command.environment ?? process.env), OKE_PIPELINE_BENCH_MEMORY: marker }
  const child = spawn(command.file, command.args, { env: environment })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const kilobytes = new RegExp(`${marker}(\\d+)`).exec(output)?.[1]
  if (kilobytes === undefined) throw new Error(`${command.file} did not tell its memory`)
  return Number(kilobytes) / 1000
}
