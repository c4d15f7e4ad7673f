import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runBundle, writeLayout } from '@oke-pipeline/testing'
import type { LabUnderTest } from '../setup/lab.ts'
import { withLab } from './with-lab.ts'

const rounds = 7

/** An image with packages of which some are vulnerable. */
const layers = [
  Object.fromEntries(
    ['minimist@1.2.0', 'lodash@4.17.20', 'left-pad@1.3.0'].map((name) => [
      `app/node_modules/${name.split('@')[0] ?? ''}/package.json`,
      JSON.stringify({ name: name.split('@')[0], version: name.split('@')[1], license: 'MIT' }),
    ]),
  ),
]

/**
 * scan-gate's bundle as a process: the first scan of an image, and the second of the same image with
 * the same database and policy, which is answered from the cache.
 */
export async function benchScan(): Promise<void> {
  await withLab(['scanner'], compareScans)
}

async function compareScans(lab: LabUnderTest): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
  try {
    const { path } = await writeLayout({ folder: join(folder, 'temp', 'layout'), layers })
    const first: number[] = []
    const again: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      await rm(join(folder, 'temp', 'scan-gate'), { recursive: true, force: true })
      first.push(await secondsOf(folder, path, lab))
      again.push(await secondsOf(folder, path, lab))
    }
    console.log(`One image, median of ${rounds} rounds in turn; Node.js ${process.version}`)
    console.log('| | median, s | fastest, s |\n| --- | --- | --- |')
    console.log(row('first scan', first))
    console.log(row('again, from the cache', again))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function secondsOf(
  folder: string,
  layout: string,
  { environment }: LabUnderTest,
): Promise<number> {
  const start = performance.now()
  const { exitCode, log, outputs } = await runBundle({
    action: 'scan-gate',
    folder,
    inputs: { layout, mode: 'warn' },
    environment,
  })
  const seconds = (performance.now() - start) / 1000
  if (exitCode !== 0 || outputs.verdict !== 'fail') throw new Error(`scan-gate failed:\n${log}`)
  return seconds
}

function row(name: string, times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other)
  const median = sorted[Math.floor(sorted.length / 2)] ?? NaN
  return `| ${name} | ${median.toFixed(2)} | ${(sorted[0] ?? NaN).toFixed(2)} |`
}
