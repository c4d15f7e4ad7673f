import { createHash } from 'node:crypto'
import { cp } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, digestOf, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

let world: World
let image = ''

beforeAll(async () => {
  world = await makeWorld('sources')
  image = await world.image(serving, 'sources')
  await world.write('k8s/app.yml', application())
}, 60_000)

afterAll(() => world.close())

function configMap(name: string, data: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata:\n  ${data}\n`
}

async function dataOf(name: string, kind = 'configmap'): Promise<Readonly<Record<string, string>>> {
  const json = await world.kubectl('get', `${kind}/${name}`, '--output=json')
  return (JSON.parse(json) as { data: Record<string, string> }).data
}

/** Serves a text on this machine, as a release page serves manifests. */
async function serve(text: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_, response) => response.end(text))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/install.yaml`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

describe('deploy-oke with several sources at once', () => {
  it('deploys files, patterns, kustomizations, URLs and what commands write, as one release', async () => {
    await world.write('more/deep/a.yaml', configMap('a', 'x: file'))
    await world.write('more/b.yaml', configMap('b', 'x: pattern'))
    await world.write('more/not.txt', 'not: read')
    await world.write('custom/c.yml', configMap('c', 'x: kustomize'))
    await world.write('custom/kustomization.yaml', 'resources: [c.yml]\nnameSuffix: -k\n')
    const remote = configMap('d', 'x: url')
    await using served = await serve(remote)
    const sha256 = createHash('sha256').update(remote).digest('hex')
    const script = `console.log(${JSON.stringify(configMap('e', 'x: command'))} + '# ' + process.argv[1])`
    const given = {
      image,
      manifests: `k8s\nmore/**/*.yaml\ncustom\n${served.url}#sha256=${sha256}`,
      'manifest-command': JSON.stringify([process.execPath, '-e', script, '$(id); `id`']),
    }
    const { failure, outputs } = await world.deploy(given)
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', digest: digestOf(image) })
    const found = await Promise.all(['a', 'b', 'c-k', 'd', 'e'].map((name) => dataOf(name)))
    expect(found.map(({ x }) => x)).toEqual(['file', 'pattern', 'kustomize', 'url', 'command'])
    const again = await world.deploy(given)
    expect(again.outputs).toMatchObject({ status: 'unchanged' })
  })

  it('deletes what no source has any more', async () => {
    const { failure } = await world.deploy({ image, manifests: 'k8s\nmore/deep/*.yaml' })
    expect(failure).toBe('')
    const names = await world.kubectl('get', 'configmaps', '--output=name')
    expect(names.split('\n').filter((name) => /\/(a|b|c-k|d|e)$/.test(name))).toEqual([
      'configmap/a',
    ])
  })

  it('changes objects by patches, and deploys those of patched containers', async () => {
    const patch = `apiVersion: apps/v1
kind: Deployment
metadata: { name: hello }
spec:
  replicas: 1
  template: { spec: { containers: [{ name: web, env: [{ name: ZONE, value: "yes" }] }] } }
---
${configMap('a', 'z: "0644"')}`
    await world.write('patches/production.yml', patch)
    const given = { image, manifests: 'k8s\nmore/deep/*.yaml', patches: 'patches/production.yml' }
    const { failure, outputs } = await world.deploy(given)
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', digest: digestOf(image) })
    expect(await world.imageIds()).toEqual([image])
    const container = '{.spec.template.spec.containers[0].env}'
    const env = await world.kubectl('get', 'deployment/hello', `--output=jsonpath=${container}`)
    expect(JSON.parse(env)).toEqual([{ name: 'ZONE', value: 'yes' }])
    expect(await dataOf('a')).toEqual({ x: 'file', z: '0644' })
  })
})

describe('deploy-oke with declared variables', () => {
  it('puts them in, each in its place, and masks those of Secrets', async () => {
    const text = `${configMap('vars', 'size: "${SIZE}"\n  script: echo $${HOME}\n  note: ${NOTE}')}---
apiVersion: v1
kind: Secret
metadata: { name: vars }
stringData: { password: "\${PASSWORD}" }
`
    await world.write('vars/vars.yml', text)
    const variables = { SIZE: '3', NOTE: 'x\nadmin: true', PASSWORD: 'correct horse' }
    const given = { image, manifests: 'k8s\nvars', substitute: 'SIZE, NOTE, PASSWORD' }
    const { failure, masked } = await world.deploy(given, undefined, { variables })
    expect(failure).toBe('')
    expect(await dataOf('vars')).toEqual({
      size: '3',
      script: 'echo ${HOME}',
      note: 'x\nadmin: true',
    })
    expect((await dataOf('vars', 'secret')).password).toBe(
      Buffer.from('correct horse').toString('base64'),
    )
    expect(masked).toContain('correct horse')
  })

  it('refuses those that are not declared, or not set, all at once and with their places', async () => {
    await world.write('odd/odd.yml', configMap('odd', 'a: ${A}\n  b: ${B:-c}'))
    const undeclared = await world.deploy(
      { image, manifests: 'k8s\nodd', substitute: 'SIZE' },
      undefined,
      { variables: { SIZE: '1' } },
    )
    expect(undeclared.failure).toContain('"manifests": odd/odd.yml:5:6 has "${A}"')
    expect(undeclared.failure).toContain('"manifests": odd/odd.yml:6:6 has "${B:-c}"')
    const unset = await world.deploy({ image, manifests: 'k8s', substitute: 'NOT_SET_ANYWHERE' })
    expect(unset.failure).toContain('"substitute": got "NOT_SET_ANYWHERE", is no variable of this')
  })
})

describe('deploy-oke refuses, before anything is done,', () => {
  const digest = 'a'.repeat(64)
  const cases = [
    {
      name: 'a pattern that fits nothing',
      given: { manifests: 'none/*.yml' },
      says: '"manifests": none/*.yml fits no file',
    },
    {
      name: 'a URL without a digest',
      given: { manifests: 'https://127.0.0.1:1/a.yml' },
      says: '"manifests": https://127.0.0.1:1/a.yml is a URL without a digest',
    },
    {
      name: 'a URL without TLS',
      given: { manifests: `http://example.com/a.yml#sha256=${digest}` },
      says: 'is no URL that is read',
    },
    {
      name: 'a command line instead of a list',
      given: { 'manifest-command': 'jsonnet -y app.jsonnet' },
      says: '"manifest-command": got "jsonnet -y app.jsonnet", expected a program and its arguments',
    },
    {
      name: 'a command that fails',
      given: { 'manifest-command': '["cat", "absent"]' },
      says: '"manifest-command": cat absent ended with exit status 1',
    },
    {
      name: 'a command that writes no manifest',
      given: { 'manifest-command': '["echo", "hello"]' },
      says: '"manifest-command": echo hello writes in line 1 what is not a Kubernetes object',
    },
    {
      name: 'a patch of what is not there',
      given: { manifests: 'k8s', patches: 'patch.yml' },
      says: '"patches": patch.yml cannot be applied: ',
    },
    {
      name: 'a version of kubectl that cannot be had',
      given: { manifests: 'k8s', patches: 'patch.yml', 'kubectl-version': '1.20.0' },
      says: '"patches": patch.yml cannot be applied: kubectl 1.20.0 is not downloaded: ',
    },
    {
      name: 'a patch that is not there',
      given: { manifests: 'k8s', patches: 'absent.yml' },
      says: '"patches": absent.yml is no file',
    },
    {
      name: 'an object that is there twice, once with its namespace',
      given: { manifests: 'k8s\ntwice.yml' },
      says: '"manifests": twice.yml:1 has Deployment/hello again: see k8s/app.yml:1',
    },
    {
      name: 'containers without a digest',
      given: { manifests: 'k8s\nsidecar.yml', 'require-digests': 'true' },
      says: '"manifests": sidecar.yml:1 has Pod/sidecar with the image "envoy:1.30" in the container "proxy"',
    },
    {
      name: 'an image for a container that is not there',
      given: { manifests: 'k8s', 'image-containers': 'absent' },
      says: 'there is no container "absent", which "image-containers" names',
    },
  ]
  it.each(cases)('$name', async ({ given, says }) => {
    await world.write('patch.yml', configMap('nothing', 'x: a'))
    await world.write(
      'twice.yml',
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: hello, namespace: ${world.namespace} }\n`,
    )
    await world.write(
      'sidecar.yml',
      'apiVersion: v1\nkind: Pod\nmetadata: { name: sidecar }\nspec: { containers: [{ name: proxy, image: envoy:1.30 }] }\n',
    )
    const { failure } = await world.deploy({ image, ...given })
    expect(failure).toContain(says)
  })

  it('a URL that has something else than it should', async () => {
    await using served = await serve(configMap('d', 'x: url'))
    const { failure } = await world.deploy({ image, manifests: `${served.url}#sha256=${digest}` })
    expect(failure).toMatch(/install\.yaml has the SHA-256 [0-9a-f]{64}, and a{64} is wanted/)
  })
})

// Last: the example's files take the place of those above.
describe('the example of kustomize', () => {
  const objects = ['Deployment/web', 'Deployment/worker', 'Service/web', 'ConfigMap/shop-settings-']
  it.each([
    { environment: 'dev', has: objects, lacks: 'HorizontalPodAutoscaler/web' },
    {
      environment: 'production',
      has: [...objects, 'HorizontalPodAutoscaler/web', 'PodDisruptionBudget/web'],
      lacks: 'debug',
    },
  ])('can be deployed to $environment', async ({ environment, has, lacks }) => {
    const example = join(import.meta.dirname, '../../../examples/kustomize')
    await cp(example, join(world.folder, 'workspace'), { recursive: true })
    const { failure, summary } = await world.deploy({
      environment,
      manifests: '',
      release: '',
      image: `iad.ocir.io/acme/shop@sha256:${'a'.repeat(64)}`,
      'require-digests': 'true',
      mode: 'plan',
    })
    expect(failure).toBe('')
    for (const name of has) expect(summary.join()).toContain(name)
    expect(summary.join()).not.toContain(lacks)
  })
})
