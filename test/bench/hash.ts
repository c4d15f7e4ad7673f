import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeLargeLayout } from './large-layout.ts'
import { compare } from './paired.ts'
import type { Contestant } from './paired.ts'
import { peakMemoryOf } from './peak-memory.ts'

const rounds = 5
const layerBytes = [700e6, 200e6, 50e6, 40e6, 8e6, 1e6, 1e6]
const wantedRatio = 0.8
const wantedMegabytes = 150

/**
 * Verifying a layout of 1 GB as every action does it, a whole Node.js process of it, against the
 * programs of the machine that do nothing but hash the same files one after the other.
 */
export async function benchHash(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
  try {
    const { files } = await writeLargeLayout(folder, layerBytes)
    const program = join(import.meta.dirname, 'verify-layout.ts')
    const verify = { file: process.execPath, args: [program, folder] }
    const contestants: readonly Contestant[] = [
      { name: 'Layout.verify', ...verify },
      { name: 'sha256sum', file: 'sha256sum', args: files },
      { name: 'openssl dgst -sha256', file: 'openssl', args: ['dgst', '-sha256', ...files] },
    ]
    const scores = await compare(contestants, rounds)
    const memory = await peakMemoryOf(verify)
    console.log(`A layout of 1 GB in ${files.length} blobs; median of ${rounds} rounds in turn`)
    console.log('| | ms | rate of Layout.verify to it |\n| --- | --- | --- |')
    for (const { name, milliseconds, ratio } of scores) {
      console.log(`| ${name} | ${milliseconds.toFixed(0)} | ${(ratio * 100).toFixed(0)} % |`)
    }
    const fastest = Math.min(...scores.slice(1).map(({ ratio }) => ratio))
    console.log(
      `Rate: ${(fastest * 100).toFixed(0)} % of the fastest (wanted: ≥ ${wantedRatio * 100} %); memory at its peak: ${memory.toFixed(0)} MB (wanted: ≤ ${wantedMegabytes} MB)`,
    )
    if (fastest < wantedRatio || memory > wantedMegabytes) process.exitCode = 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
