import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startFaultyProxy } from '@oke-pipeline/testing'
import {
  application,
  changedKubeconfig,
  digestOf,
  makeWorld,
  plainTarget,
  serving,
} from './world.ts'
import type { World } from './world.ts'

let world: World
let one = ''
let two = ''

beforeAll(async () => {
  world = await makeWorld('rendering')
  one = await world.image(serving, 'one')
  two = await world.image(serving, 'two')
  await world.write('base/app.yml', application())
  const kustomization = `resources: [app.yml]
configMapGenerator: [{ name: settings, literals: [colour=red] }]
`
  await world.write('base/kustomization.yaml', kustomization)
}, 60_000)

afterAll(() => world.close())

describe('deploy-oke with a kustomization', () => {
  it('renders it, and deletes the generated ConfigMap that is used no more', async () => {
    const first = await world.deploy({ image: one, manifests: 'base' })
    expect(first.failure).toBe('')
    await world.write('overlay/kustomization.yml', 'resources: [../base]\nnamePrefix: x-\n')
    const { failure, outputs } = await world.deploy({ image: one, manifests: 'overlay' })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', release: '2' })
    const names = await world.kubectl('get', 'deployments,configmaps', '--output', 'name')
    expect(names).toContain('deployment.apps/x-hello')
    expect(names).toMatch(/configmap\/x-settings-\w+/)
    expect(names).not.toMatch(/\/(hello|settings)/)
  })

  it('says what is wrong with it', async () => {
    await world.write('broken/kustomization.yaml', 'resources: [absent.yml]\n')
    const { failure } = await world.deploy({ image: one, manifests: 'broken' })
    expect(failure).toMatch(/broken cannot be rendered by "kubectl kustomize": .*absent\.yml/)
  })
})

describe('deploy-oke with an API server that falters', () => {
  it('tries again, and deploys all the same', async () => {
    await using proxy = await startFaultyProxy({
      ...plainTarget(world.kubeconfig),
      rules: [
        { path: /\/namespaces\/[^/]+$/, fault: { kind: 'answer', status: 503 } },
        {
          method: 'PATCH',
          path: /deployments.*dryRun/,
          fault: { kind: 'answer', status: 429, headers: { 'retry-after': '1' } },
        },
        {
          method: 'PATCH',
          path: /deployments\/hello\?(?!.*dryRun)/,
          fault: { kind: 'cut-answer', afterBytes: 10 },
        },
        { path: /\/pods/, fault: { kind: 'cut-answer', afterBytes: 100 }, times: 2 },
        { path: /replicasets/, fault: { kind: 'answer', status: 500, body: 'oops' } },
      ],
    })
    const kubeconfig = changedKubeconfig(world.kubeconfig, {
      user: {},
      cluster: { server: proxy.url.href, 'certificate-authority-data': undefined },
    })
    await world.write('app/app.yml', application())
    const { failure, outputs } = await world.deploy({ image: two, manifests: 'app', kubeconfig })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', digest: digestOf(two) })
    expect(proxy.faults()).toBe(6)
  })
})
