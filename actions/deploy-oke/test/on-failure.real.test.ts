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

describe('what a rollback puts back', () => {
  /** Crashes once in every pod while the mode says so, and serves from then on. */
  const flaky = `[ "$MODE" != flaky ] || [ -e /kept/x ] || { /bin/busybox touch /kept/x; exit 6; }; ${serving}`

  // All pods are replaced both ways, so that those of the old release are new ones.
  const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: flaky }
spec:
  strategy: { type: Recreate }
  selector: { matchLabels: { app: flaky } }
  template:
    metadata: { labels: { app: flaky } }
    spec:
      terminationGracePeriodSeconds: 1
      volumes: [{ name: kept, emptyDir: {} }]
      containers:
        - name: web
          image: hello
          volumeMounts: [{ name: kept, mountPath: /kept }]
          env: [{ name: MODE, valueFrom: { configMapKeyRef: { name: mode, key: mode, optional: true } } }]
          readinessProbe: { exec: { command: [/bin/busybox, 'true'] }, periodSeconds: 1 }
`
  const given = { release: 'flaky', manifests: 'flaky.yml' }

  it('has to be ready for as long as "min-ready" says', async () => {
    await world.write('flaky.yml', manifest)
    const image = await world.image(flaky)
    expect((await world.deploy({ ...given, image })).failure).toBe('')
    const { outputs } = await world.deploy({ ...given, image: crash, 'min-ready': '3s' })
    const now = Date.now()
    expect(outputs).toMatchObject({ status: 'rolled-back', image })
    const path = '--output=jsonpath={..conditions[?(@.type=="Ready")].lastTransitionTime}'
    const since = await world.kubectl('get', 'pods', '--selector=app=flaky', path)
    expect(now - Date.parse(since)).toBeGreaterThanOrEqual(3000)
  })

  it('may not be restarted more often than "max-restarts" says', async () => {
    await world.kubectl('create', 'configmap', 'mode', '--from-literal=mode=flaky')
    const { failure, outputs } = await world.deploy({ ...given, image: crash, 'max-restarts': '0' })
    expect(outputs).toMatchObject({ status: 'failed' })
    expect(failure).toMatch(
      /was not put back: Deployment\/flaky: .*it was restarted 1 times; "max-restarts" allows 0|was not put back: Deployment\/flaky: .*\(TooManyRestarts\)/,
    )
  })
})
