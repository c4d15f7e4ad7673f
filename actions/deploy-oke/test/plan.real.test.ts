import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, digestOf, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

let world: World
let one = ''
let two = ''

const settings = (colour: string): string => `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { colour: ${colour} }
---
apiVersion: v1
kind: Secret
metadata: { name: login }
stringData: { password: word-of-${colour} }
`

/** A workload of its own that runs nothing. */
const idle = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: idle }
spec:
  replicas: 0
  selector: { matchLabels: { app: idle } }
  template:
    metadata: { labels: { app: idle } }
    spec: { containers: [{ name: idle, image: hello }] }
`

beforeAll(async () => {
  world = await makeWorld('plan')
  await world.write('k8s/app.yml', application())
  await world.write('k8s/settings.yml', settings('red'))
  one = await world.image(serving, 'one')
  two = await world.image(serving, 'two')
}, 60_000)

afterAll(() => world.close())

const everything = (): Promise<string> =>
  world.kubectl('get', 'all,configmaps,secrets', '--output', 'name')

// Each test goes on with what the one before has left in the namespace.
describe('deploy-oke with mode: plan, on a real cluster,', () => {
  it('shows a first release, and changes nothing', async () => {
    const before = await everything()
    const { failure, outputs, states, summary } = await world.deploy({ image: one, mode: 'plan' })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({
      status: 'planned',
      changed: 'true',
      'previous-digest': '',
      'plan-hash': expect.stringMatching(/^sha256:/),
    })
    expect(states).toEqual({})
    expect(await everything()).toBe(before)
    const text = summary.join()
    expect(text).toContain('4 created')
    expect(text).toContain('It would be the first release.')
    expect(text).toContain(`+         - name: web`)
    expect(text).not.toContain('word-of-red')
  })

  it('needs an image while no release is in force, and to deploy always', async () => {
    const planned = await world.deploy({ mode: 'diff-exit-code' })
    expect(planned.failure).toContain(
      `"image": is required, since no release is in force in the namespace "${world.namespace}"`,
    )
    const deployed = await world.deploy({})
    expect(deployed.failure).toContain('"image": is required to deploy: give the output `image`')
  })

  it('has the same hash for as long as it would do the same', async () => {
    const [first, again] = [
      await world.deploy({ image: one, mode: 'plan' }),
      await world.deploy({ image: one, mode: 'plan' }),
    ]
    expect(again.outputs['plan-hash']).toBe(first.outputs['plan-hash'])
  })

  it('is what is deployed where it is given', async () => {
    const planned = await world.deploy({ image: one, mode: 'plan' })
    const { plan = '', 'plan-hash': hash = '' } = planned.outputs
    const deployed = await world.deploy({ image: one, plan, 'plan-hash': hash })
    expect(deployed.failure).toBe('')
    expect(deployed.outputs).toMatchObject({ status: 'deployed', 'plan-hash': hash })
  })

  it('shows what changes, field by field, and no value of a Secret', async () => {
    await world.write('k8s/settings.yml', settings('blue'))
    const { outputs, summary, logged } = await world.deploy({ image: two, mode: 'plan' })
    expect(outputs).toMatchObject({ 'previous-digest': digestOf(one), changed: 'true' })
    const text = summary.join()
    expect(text).toContain('3 changed, 1 unchanged')
    expect(text).toContain('- data.colour: red\n+ data.colour: blue')
    expect(text).toContain('- data.password: (hidden)\n+ data.password: (hidden)')
    expect(text).toContain(
      `- spec.template.spec.containers[name=web].image: ${one}\n+ spec.template.spec.containers[name=web].image: ${two}`,
    )
    const plan = await readFile(outputs.plan ?? '', 'utf8')
    for (const told of [text, plan, logged.join('\n')]) {
      expect(told).not.toContain('word-of')
      expect(told).not.toContain(Buffer.from('word-of-blue').toString('base64'))
    }
  })

  it('refuses a deployment when somebody has changed something since', async () => {
    const planned = await world.deploy({ image: two, mode: 'plan' })
    const { plan = '', 'plan-hash': hash = '' } = planned.outputs
    const patch = '{"data":{"colour":"green"}}'
    await world.kubectl('patch', 'configmap/settings', '--type=merge', `--patch=${patch}`)
    const before = await everything()
    const byFile = await world.deploy({ image: two, plan })
    expect(byFile.failure).toMatch(
      /no longer holds: Since it was approved:\n {2}- ConfigMap\/settings: .*data\.colour is not as in the plan/,
    )
    const byHash = await world.deploy({ image: two, 'plan-hash': hash })
    expect(byHash.failure).toContain(`Approved was ${hash}; deploying now would be sha256:`)
    expect(byHash.states).not.toHaveProperty('revision')
    expect(await everything()).toBe(before)
  })

  it('refuses a deployment of another image than was planned', async () => {
    const { plan = '' } = (await world.deploy({ image: two, mode: 'plan' })).outputs
    const { failure } = await world.deploy({ image: one, plan })
    expect(failure).toMatch(/The image was \S+, and is \S+\./)
  })

  it('does not mind what a controller sets', async () => {
    const { plan = '' } = (await world.deploy({ image: two, mode: 'plan' })).outputs
    await world.kubectl('annotate', 'deployment/hello', 'example.com/seen=yes')
    const { failure, outputs } = await world.deploy({ image: two, plan })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', digest: digestOf(two) })
  })

  it('shows what would be deleted', async () => {
    const { summary } = await world.deploy({ image: two, mode: 'plan', manifests: 'k8s/app.yml' })
    expect(summary.join()).toContain('| ConfigMap/settings |')
    expect(summary.join()).toContain('2 unchanged, 2 deleted')
  })

  it('finds no drift from the release in force where there is none, and fails where there is some', async () => {
    const drift = { mode: 'diff-exit-code' }
    const none = await world.deploy(drift)
    expect(none.failure).toBe('')
    expect(none.outputs).toMatchObject({ changed: 'false', image: two })
    await world.kubectl('scale', 'deployment/hello', '--replicas=1')
    await world.kubectl('delete', 'service/hello')
    const some = await world.deploy(drift)
    expect(some.failure).toContain('is not as it is written: ')
    expect(some.summary.join()).toContain('Service/hello: created')
  })

  it('goes by the image of the release that is named where there are several', async () => {
    const other = { manifests: 'other.yml', release: 'other' }
    await world.write('other.yml', idle)
    expect((await world.deploy({ ...other, image: one })).failure).toBe('')
    const unnamed = await world.deploy({ ...other, release: '', mode: 'plan' })
    expect(unnamed.failure).toContain(
      '"release": is required without "image", since 2 releases are in force: "hello", "other"',
    )
    const named = await world.deploy({ ...other, mode: 'plan' })
    expect(named.failure).toBe('')
    expect(named.outputs).toMatchObject({ changed: 'false', image: one })
  })

  it('lists all that is wrong with what is approved', async () => {
    await writeFile(join(world.folder, 'workspace', 'plan.json'), '{}')
    const { failure } = await world.deploy({
      image: two,
      plan: 'plan.json',
      comment: 'true',
      'plan-hash': 'none',
    })
    expect(failure).toContain('3 inputs are not usable')
    expect(failure).toContain('"plan": got "plan.json", "plan.json" is not a plan of deploy-oke')
    expect(failure).toContain('"plan-hash": got "none", expected the output `plan-hash` of a plan')
    expect(failure).toContain('"comment": is for "mode: plan"')
  })
})
