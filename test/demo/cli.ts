// npm run demo: shows the whole pipeline on real parts, and proves what it claims.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startLab } from '../lab/index.ts'
import { demoGroups, labWorld } from './lab-world.ts'
import { ownWorld } from './own-world.ts'
import { progressOn } from './progress.ts'
import { terminalReport } from './report/terminal.ts'
import { writeReport } from './report/write-report.ts'
import { runDemo } from './run-demo.ts'
import type { DemoResult } from './run-demo.ts'
import type { World } from './world.ts'

const usage = `npm run demo [-- OPTIONS]

Takes the example application through the shipped workflows: build once, test, scan gate, push,
deploy to dev, promote to production; then a commit that crash-loops, then a vulnerable one.

  --kubeconfig FILE --registry HOST/PREFIX
                 use your own cluster and registry instead of the built-in lab; registry
                 credentials come from REGISTRY_USERNAME and REGISTRY_PASSWORD
  --report DIR   where the report goes (report/)
  --no-install   do not install missing system packages; say which ones are missing
  --help         print this`

const { values } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    registry: { type: 'string' },
    report: { type: 'string', default: 'report' },
    'no-install': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort())

if (values.help) console.log(usage)
else await main()

async function main(): Promise<void> {
  if ((values.kubeconfig === undefined) !== (values.registry === undefined)) {
    throw new Error('--kubeconfig and --registry go together.')
  }
  try {
    await (values.kubeconfig === undefined ? playInLab() : play(await given()))
  } catch (error) {
    console.error(interrupted.signal.aborted ? 'Interrupted.' : messageOf(error))
    process.exitCode = 1
  }
}

async function playInLab(): Promise<void> {
  console.log(
    'Starting the lab: Kubernetes, a registry, a builder, a scanner and a workflow runner.',
  )
  const start = performance.now()
  const lab = await startLab({
    parts: demoGroups,
    install: !values['no-install'],
    log: (line) => console.log(`  ${line}`),
    signal: interrupted.signal,
  })
  console.log(`The lab is up (${((performance.now() - start) / 1000).toFixed(1)} s).`)
  try {
    await play(await labWorld(lab))
  } finally {
    await lab.stop()
  }
}

async function given(): Promise<World> {
  const environment = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  ) as Record<string, string>
  return ownWorld({
    kubeconfig: resolve(values.kubeconfig ?? ''),
    registry: values.registry ?? '',
    environment,
  })
}

async function play(world: World): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-demo-'))
  const stage = progressOn((line) => console.log(line))
  try {
    await report(await runDemo(world, folder, stage, interrupted.signal))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function report(result: DemoResult): Promise<void> {
  const folder = resolve(values.report)
  const page = await writeReport(result, folder)
  console.log(terminalReport(result))
  console.log(`Report: ${page}\nJob summaries: ${join(folder, 'summaries')}`)
  if (!result.isAsClaimed) process.exitCode = 1
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
