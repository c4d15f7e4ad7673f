import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { runBundle } from '@oke-pipeline/testing'
import type { BundleResult, BundleRun } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { parseRun } from '../src/clean-up.ts'
import { busyboxLayout } from './busybox-layout.ts'
import { leftovers, untilRunning, volumes } from './leftovers.ts'
import type { Place } from './leftovers.ts'
import { newJob } from './test-harness.ts'
import type { Job } from './test-harness.ts'

const { environment } = currentLab()

const waiting = '[/bin/sh, -c, "trap : TERM; while :; do busybox sleep 0.2; done"]'

/** Tests that never end by themselves: one in a command, one on a service's network. */
const tests = `schema: oke-pipeline/tests/v1
services:
  database:
    layout: service
    args: ['-p', '9000']
    wait-for: { port: 9000 }
tests:
  - { name: endless, kind: command, command: ${waiting} }
  - { name: beside a service, kind: command, services: [database], command: ${waiting} }
  - { name: after a step, kind: command, user: '0', setup: [[/bin/busybox, touch, /x]], command: ${waiting} }
`

type Step = Parameters<NonNullable<BundleRun['onStart']>>[0]

/** As the runner ends a step of a cancelled job, but quicker. */
async function cancel(step: Step): Promise<void> {
  step.kill('SIGINT')
  await sleep(1500)
  step.kill('SIGTERM')
}

async function crash(step: Step): Promise<void> {
  step.kill('SIGKILL')
  await Promise.resolve()
}

interface Row {
  readonly name: string
  /** The moment, by what the runtime runs or the step has said. */
  readonly moment: (place: Place, step: Step) => Promise<void>
  readonly end: (step: Step) => Promise<void>
}

async function untilSaid(text: string, step: Step): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (step.log().includes(text)) return
    await sleep(50)
  }
  throw new Error(`The step never said "${text}": ${step.log()}`)
}

/** Other tests run containers beside these: only those of this run tell how far it is. */
async function runName(step: Step): Promise<string> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const run = parseRun((await step.state()).run)
    if (run !== undefined) return run.name
    await sleep(50)
  }
  throw new Error(`The step never named its run: ${step.log()}`)
}

function running(suffix: string): Row['moment'] {
  return async (place, step) => untilRunning(place, `${await runName(step)}${suffix}`)
}

const loading: Row['moment'] = (_, step) => untilSaid('Runs by', step)
const anything = running('-')
const service = running('-2-database')
const both = running('-2-command')
const afterStep = running('-3-command')

const rows: readonly Row[] = [
  { name: 'cancelled while the image is loaded', moment: loading, end: cancel },
  { name: 'cancelled while the first container comes up', moment: anything, end: cancel },
  { name: 'cancelled beside a service', moment: both, end: cancel },
  { name: 'killed while the image is loaded', moment: loading, end: crash },
  { name: 'killed while a service starts', moment: service, end: crash },
  { name: 'killed after a step that was kept', moment: afterStep, end: crash },
]

describe.each(['podman', 'docker'] as const)('a step with %s', (runtime) => {
  const place = { runtime, environment }

  async function interrupted(job: Job, { moment, end }: Row): Promise<BundleResult> {
    const { path } = await busyboxLayout(job)
    await busyboxLayout(job, { folder: join(job.folder, 'workspace/service') })
    await writeFile(join(job.folder, 'workspace/tests.yml'), tests)
    let interruption: Promise<void> | undefined
    const result = await runBundle({
      action: 'test-image',
      folder: job.folder,
      inputs: { layout: path, tests: 'tests.yml', runtime },
      environment,
      onStart(step) {
        const interrupt = async (): Promise<void> => {
          await moment(place, step)
          await end(step)
        }
        interruption = interrupt()
      },
    })
    await interruption
    return result
  }

  it.each(rows)('leaves nothing when it is $name', async (row) => {
    await using job = await newJob()
    const before = await volumes(place)
    const { exitCode, state } = await interrupted(job, row)
    expect(exitCode).not.toBe(0)
    const run = parseRun(state.run)
    expect(run?.runtime).toBe(runtime)
    const post = await runBundle({ action: 'test-image', folder: job.folder, environment, state })
    expect(post.exitCode).toBe(0)
    expect(await leftovers(place, run?.name ?? '')).toEqual([])
    expect((await volumes(place)).filter((volume) => !before.includes(volume))).toEqual([])
  })
})
