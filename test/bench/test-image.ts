import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { imageArchive, openLayout } from '@oke-pipeline/image'
import { runBundle, writeLayout } from '@oke-pipeline/testing'
import { startLab } from '../lab/index.ts'

const run = promisify(execFile)

const rounds = 3
const manyTests = 8
const runtimes = ['docker', 'podman'] as const
type RuntimeName = (typeof runtimes)[number]

/** What all measurements of a runtime share. */
interface Place {
  readonly runtime: RuntimeName
  readonly folder: string
  readonly layout: string
  /** What `run` takes for the image. */
  readonly image: string
  readonly environment: Readonly<Record<string, string>>
}

/**
 * The time that test-image adds to `docker run` and `podman run` of the same image: for a step with
 * one test, and for each further test; and what it gains by running tests side by side.
 */
export async function benchTestImage(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
  const parts = ['builder', 'docker'] as const
  const lab = await startLab({ parts, name: `bench-${process.pid}`, log: console.error })
  try {
    const layout = await writeImage(folder)
    console.log(`Seconds, medians of ${rounds} rounds in turn; Node.js ${process.version}`)
    for (const runtime of runtimes) {
      const image = await load(runtime, layout, lab.environment)
      await report({ runtime, folder, layout, image, environment: lab.environment })
    }
  } finally {
    await lab.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeImage(folder: string): Promise<string> {
  await mkdir(join(folder, 'workspace'))
  await writeFile(join(folder, 'workspace/one.yml'), testsFile(1, "'true'"))
  await writeFile(join(folder, 'workspace/many.yml'), testsFile(manyTests, "'true'"))
  await writeFile(join(folder, 'workspace/slow.yml'), testsFile(manyTests, "sleep, '1'"))
  const { path } = await writeLayout({
    folder: join(folder, 'temp/layout'),
    layers: [{ 'bin/busybox': await readFile('/bin/busybox') }],
    platforms: [process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64'],
  })
  return path
}

function testsFile(count: number, command: string): string {
  const tests = Array.from(
    { length: count },
    (_, index) => `  - { name: test ${index}, kind: command, command: [/bin/busybox, ${command}] }`,
  )
  return ['schema: oke-pipeline/tests/v1', 'tests:', ...tests, ''].join('\n')
}

async function load(
  runtime: RuntimeName,
  path: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  if (runtime === 'podman') {
    // Podman names the image after the path, and wants no capital letter in it.
    const options = { env, cwd: dirname(path) }
    const { stdout } = await run('podman', ['pull', '--quiet', `oci:${basename(path)}`], options)
    return stdout.trim()
  }
  const layout = await openLayout(path)
  const [image] = layout.images
  if (image === undefined) throw new Error('The layout has no image')
  const loading = spawn('docker', ['load', '--quiet'], {
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  await pipeline(Readable.from(imageArchive({ layout, image }, 'bench:latest')), loading.stdin)
  await new Promise((resolve) => loading.once('close', resolve))
  return image.manifest.config.digest
}

interface Way {
  readonly name: string
  readonly measure: (place: Place) => Promise<void>
}

const ways = {
  plain: { name: 'plain run', measure: plainRun },
  one: { name: 'test-image, one test', measure: (place) => step(place, 'one.yml', 1) },
  many: {
    name: `test-image, ${manyTests} tests one after the other`,
    measure: (place) => step(place, 'many.yml', 1),
  },
  manyAtOnce: {
    name: `test-image, ${manyTests} tests, 4 at a time`,
    measure: (place) => step(place, 'many.yml', 4),
  },
  slow: {
    name: `test-image, ${manyTests} tests of 1 s one after the other`,
    measure: (place) => step(place, 'slow.yml', 1),
  },
  slowAtOnce: {
    name: `test-image, ${manyTests} tests of 1 s, 4 at a time`,
    measure: (place) => step(place, 'slow.yml', 4),
  },
} as const satisfies Readonly<Record<string, Way>>

async function plainRun({ runtime, image, environment }: Place): Promise<void> {
  const args = ['run', '--rm', '--entrypoint', '/bin/busybox', image, 'true']
  await run(runtime, args, { env: environment })
}

async function step(place: Place, tests: string, parallel: number): Promise<void> {
  const { runtime, folder, layout, environment } = place
  const inputs = { layout, tests, runtime, parallel: String(parallel) }
  const result = await runBundle({ action: 'test-image', folder, inputs, environment })
  if (result.exitCode !== 0) throw new Error(`test-image failed:\n${result.log}`)
}

async function report(place: Place): Promise<void> {
  const medians = await mediansOf(place)
  const seconds = (name: keyof typeof ways): number => medians.get(ways[name].name) ?? NaN
  console.log(`\n| ${place.runtime} | s |\n| --- | --- |`)
  for (const [name, median] of medians) console.log(`| ${name} | ${median.toFixed(2)} |`)
  const further = (seconds('many') - seconds('one')) / (manyTests - 1)
  const added = {
    'a step with one test adds to a plain run': seconds('one') - seconds('plain'),
    'each further test adds to a plain run': further - seconds('plain'),
    [`${manyTests} tests add, each, to a plain run`]:
      seconds('many') / manyTests - seconds('plain'),
  }
  for (const [name, difference] of Object.entries(added)) {
    console.log(`| ${name} | ${difference.toFixed(2)} |`)
  }
  console.log(`| side by side is × | ${(seconds('slow') / seconds('slowAtOnce')).toFixed(1)} |`)
}

/** All ways in turn, round after round, so that a machine that slows down slows all of them. */
async function mediansOf(place: Place): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number[]>()
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, measure } of Object.values<Way>(ways)) {
      const start = performance.now()
      await measure(place)
      // The first round only warms up.
      if (round > 0) times.set(name, [...(times.get(name) ?? []), performance.now() - start])
    }
  }
  return new Map([...times].map(([name, values]) => [name, median(values) / 1000]))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
