import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startLanes } from '@oke-pipeline/testing'
import type { Ends, Step } from '@oke-pipeline/testing'
import { application, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

let worlds: readonly World[] = []
let one = ''
let two = ''
let ends: Ends

interface JobOptions {
  readonly moment: string
  readonly command: string
  readonly more?: string
}

/** A Job that runs a script in the image of the release. */
function job(name: string, { moment, command, more = '' }: JobOptions): string {
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
  annotations:
    oke-pipeline.dev/hook: ${moment}
${more}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 0
      containers:
        - { name: job, image: hello, command: [/bin/sh, -c, '${command}'] }
---
`
}

const weight = (number: number): string => `    oke-pipeline.dev/hook-weight: "${number}"`

beforeAll(async () => {
  worlds = await Promise.all(lanes.map(() => makeHookWorld()))
  ends = startLanes(lanes)
}, 60_000)

afterAll(() => Promise.all(worlds.map((world) => world.close())))

async function makeHookWorld(): Promise<World> {
  const world = await makeWorld('hooks')
  one = await world.image(serving, 'one')
  two = await world.image(serving, 'two')
  const jobs = [
    job('second', { moment: 'before', command: 'echo second here', more: weight(2) }),
    job('first', { moment: 'before', command: 'echo first here', more: weight(1) }),
    job('last', {
      moment: 'after',
      command: 'echo last here',
      more: '    oke-pipeline.dev/hook-delete-policy: succeeded',
    }),
  ]
  const long = job('long', { moment: 'before', command: 'echo started; sleep 4; echo done' })
  const fails = job('fails', { moment: 'before', command: 'echo no database; exit 4' })
  const smoke = job('smoke', { moment: 'after', command: 'echo not well; exit 5' })
  const hooks = { k8s: jobs.join(''), long, early: fails, late: smoke }
  for (const [folder, text] of Object.entries(hooks)) {
    await world.write(`${folder}/app.yml`, application())
    await world.write(`${folder}/hooks.yml`, text)
  }
  return world
}

function worldAt(lane: number): World {
  const world = worlds[lane]
  if (world === undefined) throw new Error(`There is no world ${lane}`)
  return world
}

function imageInSpec({ kubectl }: World): Promise<string> {
  return kubectl('get', 'deployment/hello', '--output=jsonpath={..spec.template..image}')
}

function outcomeOf({ kubectl }: World, revision: number): Promise<string> {
  const path = '--output=jsonpath={.metadata.labels.oke-pipeline\\.dev/outcome}'
  return kubectl('get', 'secret', `oke-pipeline.hello.v${revision}`, path)
}

// The steps of a lane go on with what the one before has left.
const whole: readonly Step[] = [
  {
    name: 'runs them by moment and weight, shows their logs, and deletes what shall be deleted',
    async run() {
      const world = worldAt(0)
      const { failure, logged, summary } = await world.deploy({ image: one })
      expect(failure).toBe('')
      const shown = logged.filter((line) => line.endsWith(' here'))
      expect(shown).toEqual(['first | first here', 'second | second here', 'last | last here'])
      const applied = logged.indexOf('second | second here')
      expect(applied).toBeLessThan(logged.indexOf('last | last here'))
      expect(summary.join()).not.toContain('Job/first |')
      const jobs = await world.kubectl('get', 'jobs', '--output', 'name')
      expect(jobs.trim().split('\n')).toEqual(['job.batch/first', 'job.batch/second'])
    },
  },
  {
    name: 'runs none of them when nothing changes',
    async run() {
      const world = worldAt(0)
      const { outputs, logged } = await world.deploy({ image: one })
      expect(outputs).toMatchObject({ status: 'unchanged' })
      expect(logged.join('\n')).not.toContain('Running')
    },
  },
  {
    name: 'runs them again with the next release, and leaves out of it what they made',
    async run() {
      const world = worldAt(0)
      const { failure, logged } = await world.deploy({ image: two })
      expect(failure).toBe('')
      expect(logged).toContain('Running Job/first.')
      expect(logged.join('\n')).not.toContain('Deleting Job/')
      expect(await imageInSpec(world)).toBe(two)
    },
  },
]

const failing: readonly Step[] = [
  {
    name: 'changes nothing when one of the first fails, and says why',
    async run() {
      const world = worldAt(1)
      expect((await world.deploy({ image: one, manifests: 'early/app.yml' })).failure).toBe('')
      const { failure, outputs, logged } = await world.deploy({ image: two, manifests: 'early' })
      expect(failure).toMatch(
        /The hook Job\/fails \(before\) failed: .*no database.* Nothing had been changed/,
      )
      expect(outputs).toMatchObject({ status: 'failed' })
      expect(logged).toContain('fails | no database')
      expect(await imageInSpec(world)).toBe(one)
      expect(await outcomeOf(world, 2)).toBe('abandoned')
      expect(await outcomeOf(world, 1)).toBe('deployed')
    },
  },
  {
    name: 'rolls back when one of the last fails',
    async run() {
      const world = worldAt(1)
      const { failure, outputs } = await world.deploy({ image: two, manifests: 'late' })
      expect(failure).toMatch(/was rolled back: The hook Job\/smoke \(after\) failed: .*not well/)
      expect(outputs).toMatchObject({ status: 'rolled-back', image: one })
      expect(await imageInSpec(world)).toBe(one)
    },
  },
]

const interrupted: readonly Step[] = [
  {
    name: 'goes on with a hook that an interrupted run has started, and runs it once',
    async run() {
      const world = worldAt(2)
      expect((await world.deploy({ image: two, manifests: 'long/app.yml' })).failure).toBe('')
      const cancel = new AbortController()
      const interrupted = world.deploy({ image: one, manifests: 'long' }, cancel.signal)
      await world.kubectl('wait', '--for=create', 'job/long', '--timeout=30s')
      const uid = '--output=jsonpath={.metadata.uid}'
      const before = await world.kubectl('get', 'job/long', uid)
      cancel.abort(new Error('cancelled'))
      expect((await interrupted).failure).toContain('cancelled')
      expect(await imageInSpec(world)).toBe(two)
      const { failure, logged } = await world.deploy({ image: one, manifests: 'long' })
      expect(failure).toBe('')
      expect(logged).toContain(
        'Job/long was started by a run that was interrupted: going on with it.',
      )
      expect(logged).toContain('long | done')
      expect(await world.kubectl('get', 'job/long', uid)).toBe(before)
      expect(await imageInSpec(world)).toBe(one)
    },
  },
  {
    name: 'refuses annotations that it does not know, before anything is done',
    async run() {
      const world = worldAt(2)
      await world.write('odd/hook.yml', job('odd', { moment: 'pre-install', command: 'true' }))
      const { failure } = await world.deploy({ image: one, manifests: 'long\nodd' })
      expect(failure).toContain(
        'odd/hook.yml:1 has Job/odd with the annotation "oke-pipeline.dev/hook"',
      )
    },
  },
]

const lanes = [whole, failing, interrupted]

describe('deploy-oke with hooks', () => {
  it.each(lanes.flat())('$name', ({ name }) => ends.get(name))
})
