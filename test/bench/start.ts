import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { actionNames, root } from '../../scripts/actions.ts'
import { bundleFile } from '../../scripts/bundle/bundle-file.ts'
import { compare } from './paired.ts'
import type { Contestant } from './paired.ts'

const rounds = 15

/**
 * Start-up and size of every bundle, against Node.js alone and against an action that does nothing
 * but import @actions/core, bundled in the same way.
 */
export async function benchStart(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
  try {
    const empty = await bundleEmptyAction(folder)
    const bundles = actionNames().map(
      (name) => [name, join(root, 'dist', name, 'index.js')] as const,
    )
    const contestants: readonly Contestant[] = [
      { name: 'node', file: process.execPath, args: ['--eval', ''] },
      { name: 'empty @actions/core action', file: process.execPath, args: [empty, '--version'] },
      ...bundles.map(([name, path]) => ({
        name,
        file: process.execPath,
        args: [path, '--version'],
      })),
    ]
    const scores = await compare(contestants, rounds)
    const sizes = await Promise.all(['', empty, ...bundles.map(([, path]) => path)].map(sizeOf))
    const core = scores[1]?.ratio ?? NaN
    console.log(`Start-up, median of ${rounds} rounds in turn; Node.js ${process.version}`)
    console.log('| | ms | × node | × empty action | MB |\n| --- | --- | --- | --- | --- |')
    for (const [index, { name, milliseconds, ratio }] of scores.entries()) {
      const figures = [milliseconds.toFixed(0), ratio.toFixed(2), (ratio / core).toFixed(2)]
      console.log(`| ${[name, ...figures, sizes[index] ?? ''].join(' | ')} |`)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function bundleEmptyAction(folder: string): Promise<string> {
  // Below the repository's node_modules, so that @actions/core is found.
  const source = join(root, 'node_modules', '.oke-pipeline-bench.mjs')
  await writeFile(source, "import * as core from '@actions/core'\ncore.getInput('none')\n")
  try {
    // Not in the root of the repository: this one is to be what anybody's bundle is.
    await bundleFile(source, folder, folder)
    return join(folder, 'index.mjs')
  } finally {
    await rm(source)
  }
}

async function sizeOf(path: string): Promise<string> {
  return path === '' ? '' : ((await stat(path)).size / 1e6).toFixed(2)
}
