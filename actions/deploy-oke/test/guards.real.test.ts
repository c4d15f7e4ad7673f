import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, crashing, digestOf, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

let world: World
let one = ''

beforeAll(async () => {
  world = await makeWorld('guards')
  one = await world.image(serving, 'one')
  await world.write('k8s/app.yml', application({ hasProbe: false }))
}, 60_000)

afterAll(() => world.close())

function configMap(name: string, ...annotations: readonly string[]): string {
  return [
    'apiVersion: v1',
    'kind: ConfigMap',
    `metadata: { name: ${name}, annotations: { ${annotations.join(', ')} } }`,
    'data: { key: value }',
  ].join('\n')
}

// Each test goes on with what the one before has left in the namespace.
describe('deploy-oke', () => {
  it('deletes no more at once than it may, and keeps what is to be kept', async () => {
    const extra = ['a', 'b', 'c'].map((name) => configMap(name))
    const kept = configMap('kept', 'oke-pipeline.dev/prune: keep')
    const ofHelm = configMap('of-helm', 'helm.sh/resource-policy: keep')
    await world.write('extra/all.yml', [...extra, kept, ofHelm].join('\n---\n'))
    const all = await world.deploy({ image: one, manifests: 'k8s\nextra' })
    expect(all.failure).toBe('')

    const refused = await world.deploy({ image: one, 'max-prune': '2' })
    expect(refused.failure).toContain('3 objects would be deleted, 2 are allowed')
    expect(refused.failure).toContain('ConfigMap/a, ConfigMap/b, ConfigMap/c')
    expect(refused.states).not.toHaveProperty('revision')

    const { failure, outputs } = await world.deploy({ image: one, 'max-prune': '3' })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed' })
    const left = await world.kubectl('get', 'configmap', '--output=name')
    expect(left.split('\n')).toEqual(
      expect.arrayContaining(['configmap/kept', 'configmap/of-helm']),
    )
    expect(left).not.toMatch(/configmap\/[abc]$/m)
  })

  it('shows what the cluster warns of', async () => {
    const endpoints = 'apiVersion: v1\nkind: Endpoints\nmetadata: { name: old }\nsubsets: []\n'
    await world.write('old/endpoints.yml', endpoints)
    const old = { image: one, manifests: 'k8s\nold' }
    const annotation = {
      level: 'warning',
      title: 'deploy-oke: the cluster warns of Endpoints/old',
      message: expect.stringMatching(/^v1 Endpoints is deprecated in v1\.33\+; use discovery/),
      place: expect.objectContaining({ file: 'old/endpoints.yml', line: 1 }),
    }
    const planned = await world.deploy({ ...old, mode: 'plan' })
    expect(planned.summary.join()).toMatch(
      /\| Endpoints\/old \| old\/endpoints\.yml:1 \| v1 Endpoints is deprecated/,
    )
    expect(planned.annotations).toContainEqual(annotation)
    const deployed = await world.deploy({ ...old, 'plan-hash': planned.outputs['plan-hash'] ?? '' })
    expect(deployed.failure).toBe('')
    expect(deployed.summary.join()).toContain('old/endpoints.yml:1 Endpoints/old: v1 Endpoints is')
    expect(deployed.annotations).toContainEqual(annotation)
    // The server was not asked about what stays as it is.
    const again = await world.deploy({ ...old, mode: 'plan' })
    expect(again.outputs).toMatchObject({ changed: 'false' })
    expect(again.annotations).toContainEqual(annotation)
  })

  it('refuses objects of another release', async () => {
    const { failure, states } = await world.deploy({ image: one, release: 'other' })
    expect(failure).toContain('2 objects belong to another release than "other"')
    expect(failure).toMatch(
      /k8s\/app\.yml:\d+ Deployment\/hello: belongs to the release "hello"\n.*Service\/hello: belongs/,
    )
    expect(states).not.toHaveProperty('revision')
  })

  it('refuses to change a field that cannot be changed, and says which', async () => {
    const moved = application({ hasProbe: false }).replaceAll('app: hello', 'app: moved')
    await world.write('k8s/app.yml', moved)
    const { failure, states } = await world.deploy({ image: one })
    expect(failure).toContain('The cluster would refuse 1 of 2 objects')
    expect(failure).toMatch(/Deployment\/hello: spec\.selector: .*field is immutable/)
    expect(failure).toContain('set "on-immutable" to "recreate"')
    expect(states).not.toHaveProperty('revision')
  })

  it('makes the object anew when told so', async () => {
    const uid = async (): Promise<string> =>
      world.kubectl('get', 'deployment/hello', '--output=jsonpath={.metadata.uid}')
    const before = await uid()
    const { failure, outputs, logged } = await world.deploy({
      image: one,
      'on-immutable': 'recreate',
    })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', digest: digestOf(one) })
    expect(logged.join('\n')).toContain('Deployment/hello: replaced, to change spec.selector')
    expect(await uid()).not.toBe(before)
  })

  it('makes it anew as it was, too, when the release fails', async () => {
    const crash = await world.image(crashing)
    await world.write('k8s/app.yml', application({ hasProbe: false }))
    const { outputs } = await world.deploy({ image: crash, 'on-immutable': 'recreate' })
    expect(outputs).toMatchObject({ status: 'rolled-back', digest: digestOf(one) })
    const selector = '--output=jsonpath={.spec.selector.matchLabels.app}'
    expect(await world.kubectl('get', 'deployment/hello', selector)).toBe('moved')
  })
})
