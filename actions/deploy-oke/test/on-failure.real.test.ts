import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { recordingRunner } from '@oke-pipeline/testing'
import type { RecordingRunner } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'
import { application, crashing, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

const { environment } = currentLab()
let world: World
let one = ''
let two = ''
let crash = ''

beforeAll(async () => {
  world = await makeWorld('on-failure')
  await world.write('k8s/app.yml', application())
  one = await world.image(serving, 'one')
  two = await world.image(serving, 'two')
  crash = await world.image(crashing)
}, 60_000)

afterAll(() => world.close())

function names(): Promise<string> {
  return world.kubectl('get', 'deployments,services', '--output=jsonpath={..metadata.name}')
}

function isPaused(): Promise<string> {
  return world.kubectl('get', 'deployment/hello', '--output=jsonpath={.spec.paused}')
}

// Each test goes on with what the one before has left.
describe('a release that fails', () => {
  it('is removed where it is the first', async () => {
    const { outputs } = await world.deploy({ image: crash })
    expect(outputs).toMatchObject({ status: 'rolled-back', release: '', digest: '' })
    expect(await names()).toBe('')
  })

  it('is kept where it is the first, when that is wanted', async () => {
    const { failure, outputs } = await world.deploy({ image: crash, 'first-release': 'keep' })
    expect(outputs).toMatchObject({ status: 'failed' })
    expect(failure).toContain('the first release is kept, as "first-release" says')
    expect(await names()).toBe('hello hello')
  })

  it('is put right by the next one', async () => {
    const { outputs } = await world.deploy({ image: one })
    expect(outputs).toMatchObject({ status: 'deployed' })
  })

  it('is halted by "stop": the pods that still run stay', async () => {
    const { failure, outputs, logged } = await world.deploy({ image: crash, 'on-failure': 'stop' })
    expect(outputs).toMatchObject({ status: 'failed' })
    expect(failure).toContain('its rollout is halted where it was, as "on-failure" says')
    expect(logged).toContain('Deployment/hello is halted.')
    expect(await isPaused()).toBe('true')
    expect(await world.imageIds()).toContain(one)
  })

  it('is gone on from by the next one', async () => {
    const { outputs } = await world.deploy({ image: two })
    expect(outputs).toMatchObject({ status: 'deployed', image: two })
    expect(await isPaused()).toBe('')
    expect(await world.imageIds()).toEqual([two, two])
  })
})

describe('a run that comes late', () => {
  async function deployAs(
    run: Partial<RecordingRunner['run']>,
    given: Readonly<Record<string, string>>,
  ): Promise<RecordingRunner & { readonly failure: string }> {
    const runner = recordingRunner({
      folder: world.folder,
      environment,
      inputs: world.inputs(given),
    })
    const failure = await main({ ...runner, run: { ...runner.run, ...run } }).then(
      () => '',
      (error: unknown) => String(error),
    )
    return Object.assign(runner, { failure })
  }

  const older = { sha: 'a'.repeat(40), runId: '100', runNumber: '10', runAttempt: '2' }
  const newer = { sha: 'b'.repeat(40), runId: '200', runNumber: '20', runAttempt: '1' }
  const latest = { sha: 'c'.repeat(40), runId: '300', runNumber: '30', runAttempt: '1' }

  it('does not undo what a newer one has deployed, unless it is told to', async () => {
    expect((await deployAs(newer, { image: one })).outputs).toMatchObject({ status: 'deployed' })
    const { failure, outputs } = await deployAs(older, { image: two })
    expect(outputs).toEqual({})
    expect(failure).toMatch(
      /Revision 6 is of commit b{12} \(run 20, attempt 1\); this run would replace it by commit a{12} \(run 10, attempt 2\), which is older\. Nothing has been changed\./,
    )
    expect(await world.imageIds()).toEqual([one, one])
    const back = await deployAs(older, { image: two, 'allow-older': 'true' })
    expect(back.outputs).toMatchObject({ status: 'deployed', image: two })
  })

  it('does not undo what a newer one has found in force already', async () => {
    expect((await deployAs(latest, { image: two })).outputs).toMatchObject({ status: 'unchanged' })
    const { failure } = await deployAs(newer, { image: one })
    expect(failure).toContain('Revision 7 is of commit cccccccccccc (run 30, attempt 1)')
    expect(await world.imageIds()).toEqual([two, two])
  })
})
