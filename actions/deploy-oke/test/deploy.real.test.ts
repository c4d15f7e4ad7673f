import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, crashing, digestOf, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

let world: World
let one = ''
let two = ''
let crash = ''

beforeAll(async () => {
  world = await makeWorld('deploy')
  await world.write('k8s/app.yml', application())
  one = await world.image(serving, 'one')
  two = await world.image(serving, 'two')
  crash = await world.image(crashing)
}, 60_000)

afterAll(() => world.close())

// Each test goes on with what the one before has left in the namespace.
describe('deploy-oke, on a real cluster,', () => {
  it('deploys a release and sees every pod run its digest', async () => {
    const { failure, outputs, summary, masked, states } = await world.deploy({ image: one })
    expect(failure).toBe('')
    expect(outputs).toEqual({
      status: 'deployed',
      digest: digestOf(one),
      image: one,
      revision: '1',
      'previous-digest': '',
      namespace: world.namespace,
      changed: 'true',
      'plan-hash': expect.stringMatching(/^sha256:/),
    })
    expect(await world.imageIds()).toEqual([one, one])
    expect(summary.join()).toContain(`| Deployment/hello | 2 of 2 | <code>${digestOf(one)}</code>`)
    expect(states).toMatchObject({ release: 'hello', revision: '1' })
    expect(masked.join()).toContain('BEGIN')
  })

  it('changes nothing the second time', async () => {
    const before = await world.kubectl('get', 'all,secrets', '--output', 'name')
    const { outputs, states } = await world.deploy({ image: one })
    expect(outputs).toMatchObject({ status: 'unchanged', revision: '1', digest: digestOf(one) })
    expect(states).toEqual({})
    expect(await world.kubectl('get', 'all,secrets', '--output', 'name')).toBe(before)
  })

  it('replaces every pod by those of the next digest', async () => {
    const { outputs } = await world.deploy({ image: two })
    expect(outputs).toMatchObject({
      status: 'deployed',
      revision: '2',
      digest: digestOf(two),
      'previous-digest': digestOf(one),
    })
    expect(await world.imageIds()).toEqual([two, two])
  })

  it('rolls back a release that crashes, says why, and fails', async () => {
    const { failure, outputs, summary, logged } = await world.deploy({ image: crash })
    expect(failure).toMatch(
      /was rolled back: Deployment\/hello: Pod hello-\S+: container "web" exited with 3 \(CrashLoopBackOff\): boom\. Revision 2 \(sha256:\S+\) is in force again and ready\./,
    )
    expect(outputs).toMatchObject({ status: 'rolled-back', revision: '2', digest: digestOf(two) })
    expect(await world.imageIds()).toEqual(expect.arrayContaining([two, two]))
    const text = summary.join()
    expect(text).toContain('### Rolled back: hello in')
    expect(text).toContain('starting')
    expect([...logged, text].join('\n')).not.toMatch(/^\s*::error/m)
    const record = await world.kubectl('get', 'secret', 'oke-pipeline.hello.v3', '--output=yaml')
    expect(record).toContain('oke-pipeline.dev/outcome: rolled-back')
  })

  it('finds the release that was put back unchanged', async () => {
    const { outputs } = await world.deploy({ image: two })
    expect(outputs).toMatchObject({ status: 'unchanged', revision: '2' })
  })

  it('leaves the failed release in place when it is told to', async () => {
    const given = { image: crash, 'rollback-on-failure': 'false' }
    const { failure, outputs } = await world.deploy(given)
    expect(outputs).toMatchObject({ status: 'failed', digest: '', image: '' })
    expect(failure).toContain('was not put back: rolling back is switched off')
    const image = await world.kubectl('get', 'deployment/hello', '--output=jsonpath={..image}')
    expect(image).toBe(crash)
  })

  it('repairs what somebody changed behind our back', async () => {
    const { outputs } = await world.deploy({ image: two })
    expect(outputs).toMatchObject({ status: 'deployed', revision: '5', digest: digestOf(two) })
  })

  it('deletes what the release no longer has, but no data', async () => {
    const extra = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { colour: red }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
`
    await world.write('k8s/extra.yml', extra)
    expect((await world.deploy({ image: two })).outputs).toMatchObject({ status: 'deployed' })
    const manifests = 'k8s/app.yml'
    const { outputs, summary } = await world.deploy({ image: two, manifests })
    expect(outputs).toMatchObject({ status: 'deployed' })
    expect(summary.join()).toContain('| ConfigMap/settings | deleted |  |')
    const left = await world.kubectl('get', 'configmap,persistentvolumeclaim', '--output', 'name')
    expect(left).not.toContain('settings')
    expect(left).toContain('persistentvolumeclaim/data')
  })

  it('puts deleted objects back with the release that had them', async () => {
    await world.write(
      'k8s/only/settings.yml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: added }\n',
    )
    const { outputs } = await world.deploy({ image: crash, manifests: 'k8s/app.yml\nk8s/only' })
    expect(outputs).toMatchObject({ status: 'rolled-back' })
    expect(await world.kubectl('get', 'configmap', '--output', 'name')).not.toContain('added')
  })
})
