import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../scripts/actions.ts'
import type { LabUnderTest } from '../setup/lab.ts'
import { compare } from './paired.ts'
import type { Contestant, Score } from './paired.ts'
import { withLab } from './with-lab.ts'

const rounds = 9

/** The files that a runner gives to a step. */
const runnerFiles = ['output', 'state', 'summary.md'] as const

/** What this action may take more than buildx alone. */
const targetMilliseconds = 700

/**
 * What the committed bundle of build-image takes more than `buildx build --output type=oci`: the
 * same image of a Node.js base, all of it in BuildKit's cache, in turn on one builder. The action
 * hashes the layout and keeps provenance beside the image; buildx attests it as well.
 */
export async function benchBuild(): Promise<void> {
  await withLab(['builder', 'base-images'], compareBuilds)
}

async function compareBuilds(lab: LabUnderTest): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
  try {
    await writeContext(folder)
    const scores = await compare([buildx(folder, lab), action(folder, lab)], rounds)
    report(scores, lab)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeContext(folder: string): Promise<void> {
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
  const lines = [
    'FROM node:24-bookworm-slim',
    'COPY Dockerfile /app/',
    'RUN sleep 1 && echo 1 > /a',
  ]
  await writeFile(join(folder, 'workspace/Dockerfile'), `${lines.join('\n')}\n`)
  await Promise.all(runnerFiles.map((name) => writeFile(join(folder, 'temp', name), '')))
}

function buildx(folder: string, lab: LabUnderTest): Contestant {
  const output = `type=oci,tar=false,dest=${join(folder, 'temp/alone')}`
  return {
    name: 'buildx build',
    file: join(lab.environment.PATH?.split(':')[0] ?? '', 'buildx'),
    args: ['build', '--provenance', 'mode=min', '--output', output, join(folder, 'workspace')],
    environment: lab.environment,
  }
}

function action(folder: string, lab: LabUnderTest): Contestant {
  const temp = join(folder, 'temp')
  return {
    name: 'build-image',
    file: process.execPath,
    args: [join(root, 'dist/build-image/index.js')],
    environment: {
      ...lab.environment,
      GITHUB_WORKSPACE: join(folder, 'workspace'),
      RUNNER_TEMP: temp,
      GITHUB_OUTPUT: join(temp, 'output'),
      GITHUB_STATE: join(temp, 'state'),
      GITHUB_STEP_SUMMARY: join(temp, 'summary.md'),
      INPUT_CONTEXT: '.',
    },
  }
}

function report(scores: readonly Score[], { versions }: LabUnderTest): void {
  const builder = `buildx ${versions.buildx ?? ''}, BuildKit ${versions.buildkitd ?? ''}`
  console.log(`A build from the cache, median of ${rounds} rounds in turn; ${builder}`)
  console.log('| | ms | more than buildx |\n| --- | --- | --- |')
  for (const { name, milliseconds, excess } of scores) {
    console.log(`| ${name} | ${milliseconds.toFixed(0)} | ${excess.toFixed(0)} ms |`)
  }
  const excess = scores[1]?.excess ?? NaN
  const verdict = excess <= targetMilliseconds ? 'within' : 'beyond'
  console.log(`\nThe suite's own part is ${verdict} the ${targetMilliseconds} ms that it may take.`)
}
