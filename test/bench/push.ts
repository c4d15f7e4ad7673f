import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { startLab } from '../lab/index.ts'
import { writeLargeLayout } from './large-layout.ts'
import { compare } from './paired.ts'
import type { Contestant } from './paired.ts'
import { peakMemoryOf } from './peak-memory.ts'

const rounds = 3

const images = [
  { name: '500 MB in 12 layers', layerBytes: Array.from({ length: 12 }, () => 41_666_666) },
  { name: '200 layers of 10 KB', layerBytes: Array.from({ length: 200 }, () => 10_000) },
]

/**
 * Pushing an image to a registry on this machine, against crane and skopeo: at first, with other
 * content in each round, since skopeo remembers where it pushed a layer before; and again.
 */
export async function benchPush(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
  const lab = await startLab({ parts: ['registry', 'crane', 'skopeo'] })
  try {
    process.env.PATH = lab.environment.PATH ?? process.env.PATH
    const host = lab.registry?.host ?? ''
    for (const [index, { name, layerBytes }] of images.entries()) {
      const layouts = await writeLayouts(join(folder, `${index}`), layerBytes)
      const layoutOf = (round: number): string => layouts[round] ?? ''
      await show(`${name}, at first`, contestantsFor(layoutOf, `${host}/first-${index}`))
      await show(
        `${name}, again`,
        contestantsFor(() => layoutOf(0), `${host}/first-${index}`),
      )
      const memory = await peakMemoryOf(ours(layoutOf(0), `${host}/memory-${index}/app`))
      console.log(`\nMemory of push-ocir at its peak: ${memory.toFixed(0)} MB (wanted: ≤ 150 MB)`)
      await rm(join(folder, `${index}`), { recursive: true })
    }
  } finally {
    await lab.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** One for each round, and for the one before that warms up. */
async function writeLayouts(
  folder: string,
  layerBytes: readonly number[],
): Promise<readonly string[]> {
  const paths = []
  for (let round = 0; round <= rounds; round += 1) {
    const { path } = await writeLargeLayout(join(folder, `${round}`), layerBytes, round)
    paths.push(path)
  }
  return paths
}

function ours(path: string, repository: string): { file: string; args: readonly string[] } {
  const program = join(import.meta.dirname, 'push-layout.ts')
  return { file: process.execPath, args: [program, path, repository] }
}

/** Each pushes to a repository of its own; each layout has a tag of its own. */
function contestantsFor(
  layoutOf: (round: number) => string,
  prefix: string,
): readonly Contestant[] {
  const imageOf = (round: number, who: string): string =>
    `${prefix}/${who}-${basename(layoutOf(round))}`
  return [
    {
      ...ours('', ''),
      name: 'push-ocir',
      args: (round) => ours(layoutOf(round), imageOf(round, 'ours')).args,
    },
    {
      name: 'crane',
      file: 'crane',
      args: (round) => ['push', layoutOf(round), `${imageOf(round, 'crane')}:1`],
    },
    {
      name: 'skopeo',
      file: 'skopeo',
      args: (round) => [
        ...['copy', '--preserve-digests', '--dest-tls-verify=false'],
        ...[`oci:${layoutOf(round)}`, `docker://${imageOf(round, 'skopeo')}:1`],
      ],
    },
  ]
}

async function show(title: string, contestants: readonly Contestant[]): Promise<void> {
  const scores = await compare(contestants, rounds)
  console.log(`\n${title}; median of ${rounds} rounds in turn\n`)
  console.log('| | ms | time against ours |\n| --- | --- | --- |')
  for (const { name, milliseconds, ratio } of scores) {
    console.log(`| ${name} | ${milliseconds.toFixed(0)} | ${ratio.toFixed(2)} |`)
  }
}
