import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

let world: World
let one = ''
let two = ''

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
  world = await makeWorld('hooks')
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
  await world.write('k8s/hooks.yml', jobs.join(''))
  await world.write('k8s/app.yml', application())
  await world.write('early/app.yml', application())
  await world.write(
    'early/hook.yml',
    job('fails', { moment: 'before', command: 'echo no database; exit 4' }),
  )
  await world.write('late/app.yml', application())
  await world.write(
    'late/hook.yml',
    job('smoke', { moment: 'after', command: 'echo not well; exit 5' }),
  )
}, 60_000)

afterAll(() => world.close())

async function imageInSpec(): Promise<string> {
  return world.kubectl('get', 'deployment/hello', '--output=jsonpath={..spec.template..image}')
}

function outcomeOf(revision: number): Promise<string> {
  const path = '--output=jsonpath={.metadata.labels.oke-pipeline\\.dev/outcome}'
  return world.kubectl('get', 'secret', `oke-pipeline.hello.v${revision}`, path)
}

// Each test goes on with what the one before has left.
describe('deploy-oke with hooks', () => {
  it('runs them by moment and weight, shows their logs, and deletes what shall be deleted', async () => {
    const { failure, logged, summary } = await world.deploy({ image: one })
    expect(failure).toBe('')
    const shown = logged.filter((line) => line.endsWith(' here'))
    expect(shown).toEqual(['first | first here', 'second | second here', 'last | last here'])
    const applied = logged.indexOf('second | second here')
    expect(applied).toBeLessThan(logged.indexOf('last | last here'))
    expect(summary.join()).not.toContain('Job/first |')
    const jobs = await world.kubectl('get', 'jobs', '--output', 'name')
    expect(jobs.trim().split('\n')).toEqual(['job.batch/first', 'job.batch/second'])
  })

  it('runs none of them when nothing changes', async () => {
    const { outputs, logged } = await world.deploy({ image: one })
    expect(outputs).toMatchObject({ status: 'unchanged' })
    expect(logged.join('\n')).not.toContain('Running')
  })

  it('changes nothing when one of the first fails, and says why', async () => {
    const { failure, outputs, logged } = await world.deploy({ image: two, manifests: 'early' })
    expect(failure).toMatch(
      /The hook Job\/fails \(before\) failed: .*no database.* Nothing had been changed/,
    )
    expect(outputs).toMatchObject({ status: 'failed' })
    expect(logged).toContain('fails | no database')
    expect(await imageInSpec()).toBe(one)
    expect(await outcomeOf(2)).toBe('abandoned')
    expect(await outcomeOf(1)).toBe('deployed')
  })

  it('runs them again with the next release, and leaves out of it what they made', async () => {
    const { failure, logged } = await world.deploy({ image: two })
    expect(failure).toBe('')
    expect(logged).toContain('Running Job/first.')
    expect(logged.join('\n')).not.toContain('Deleting Job/')
    expect(await imageInSpec()).toBe(two)
  })

  it('rolls back when one of the last fails', async () => {
    const { failure, outputs } = await world.deploy({ image: one, manifests: 'late' })
    expect(failure).toMatch(/was rolled back: The hook Job\/smoke \(after\) failed: .*not well/)
    expect(outputs).toMatchObject({ status: 'rolled-back', image: two })
    expect(await imageInSpec()).toBe(two)
  })

  it('goes on with a hook that an interrupted run has started, and runs it once', async () => {
    const command = 'echo started; sleep 4; echo done'
    await world.write('long/app.yml', application())
    await world.write('long/hook.yml', job('long', { moment: 'before', command }))
    const cancel = new AbortController()
    const interrupted = world.deploy({ image: one, manifests: 'long' }, cancel.signal)
    await world.kubectl('wait', '--for=create', 'job/long', '--timeout=30s')
    const uid = '--output=jsonpath={.metadata.uid}'
    const before = await world.kubectl('get', 'job/long', uid)
    cancel.abort(new Error('cancelled'))
    expect((await interrupted).failure).toContain('cancelled')
    expect(await imageInSpec()).toBe(two)
    const { failure, logged } = await world.deploy({ image: one, manifests: 'long' })
    expect(failure).toBe('')
    expect(logged).toContain(
      'Job/long was started by a run that was interrupted: going on with it.',
    )
    expect(logged).toContain('long | done')
    expect(await world.kubectl('get', 'job/long', uid)).toBe(before)
    expect(await imageInSpec()).toBe(one)
  })

  it('refuses annotations that it does not know, before anything is done', async () => {
    await world.write('odd/hook.yml', job('odd', { moment: 'pre-install', command: 'true' }))
    const { failure } = await world.deploy({ image: one, manifests: 'long\nodd' })
    expect(failure).toContain(
      'odd/hook.yml:1 has Job/odd with the annotation "oke-pipeline.dev/hook"',
    )
  })
})
