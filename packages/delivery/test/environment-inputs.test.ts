import { describe, expect, it } from '@jest/globals'
import { completedByCluster, completedByEnvironment } from '../src/index.ts'

const text = `schema: oke-pipeline/environments/v1
environments:
  - name: dev
    namespace: hello-dev
    manifests: [deploy/dev, deploy/shared]
    timeout: 2m
  - name: staging
    namespace: hello-staging
    manifests: [deploy/staging]
  - name: production
    namespace: hello-production
    chart: oci://iad.ocir.io/acme/charts/hello
    chart-version: 1.2.3
    values: [deploy/values.yaml, deploy/production.yaml]
    image-value: image
    context: prod
    cluster: ocid1.cluster.oc1.fra.aaaa
    cluster-endpoint: private
    patches: [deploy/patch.yaml]
  - name: island
    namespace: hello-island
    manifests: [deploy/island]
    cluster-server: https://192.0.2.7:6443
    cluster-ca: LS0t
    cluster-audience: kubernetes
`

const files = {
  kindOf: (path: string) =>
    Promise.resolve(path.endsWith('oke-pipeline.yml') ? ('file' as const) : ('absent' as const)),
  readText: () => Promise.resolve(text),
}

const names = ['namespace', 'manifests', 'release', 'timeout', 'context', 'image']

async function inputsFor(
  given: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string | undefined>>> {
  const source = { input: (name: string) => given[name], mask: () => undefined }
  const completed = await completedByEnvironment(source, files)
  return Object.fromEntries(names.map((name) => [name, completed.input(name)]))
}

describe('completedByEnvironment', () => {
  it('gives what the file says of the environment', async () => {
    expect(await inputsFor({ environment: 'dev', image: 'x' })).toEqual({
      namespace: 'hello-dev',
      manifests: 'deploy/dev\ndeploy/shared',
      release: undefined,
      timeout: '2m',
      context: undefined,
      image: 'x',
    })
  })

  it('gives the chart of the environment, and its values', async () => {
    const source = { input: (name: string) => (name === 'environment' ? 'production' : undefined) }
    const completed = await completedByEnvironment({ ...source, mask: () => undefined }, files)
    const chartInputs = ['manifests', 'chart', 'chart-version', 'chart-repository', 'values']
    expect([...chartInputs, 'image-value', 'patches'].map((name) => completed.input(name))).toEqual(
      [
        undefined,
        'oci://iad.ocir.io/acme/charts/hello',
        '1.2.3',
        undefined,
        'deploy/values.yaml\ndeploy/production.yaml',
        'image',
        'deploy/patch.yaml',
      ],
    )
  })

  it('lets inputs that are given win, but not empty ones', async () => {
    const inputs = await inputsFor({ environment: 'dev', namespace: 'mine', timeout: ' ' })
    expect([inputs.namespace, inputs.timeout]).toEqual(['mine', '2m'])
  })

  it('changes nothing where no environment is named', async () => {
    expect(await inputsFor({ environment: '', namespace: 'mine' })).toMatchObject({
      namespace: 'mine',
      manifests: undefined,
    })
  })

  it('passes on what is to be masked', async () => {
    const masked: string[] = []
    const source = {
      input: (name: string) => (name === 'environment' ? 'dev' : undefined),
      mask: (secret: string) => void masked.push(secret),
    }
    const completed = await completedByEnvironment(source, files)
    completed.mask('secret')
    expect(masked).toEqual(['secret'])
  })

  it('refuses an environment that the file does not have', async () => {
    await expect(inputsFor({ environment: 'qa' })).rejects.toThrow(
      'has: dev, staging, production, island.',
    )
  })

  it('reads the file that is named', async () => {
    await expect(
      inputsFor({ environment: 'dev', 'environments-file': 'none.yml' }),
    ).rejects.toThrow('Environments file "none.yml" was not found')
  })

  it.each([
    { environment: 'dev' },
    { environment: 'production', 'promoted-from': 'staging' },
    { environment: 'production', 'keep-order': 'false' },
  ])('keeps the order: $environment, promoted from $promoted-from', async (inputs) => {
    const completed = await inputsFor({ 'keep-order': 'true', ...inputs })
    expect(completed.namespace).toBe(`hello-${inputs.environment}`)
  })

  it.each([
    { inputs: { environment: 'production' }, says: 'gets only what was promoted to it' },
    { inputs: { environment: 'production', 'promoted-from': 'dev' }, says: 'leaves out "staging"' },
    {
      inputs: { environment: 'production', 'promoted-from': ' ', 'keep-order': 'TRUE' },
      says: 'gets only what was promoted to it',
    },
  ])('refuses what is not promoted in order: $inputs', async ({ inputs, says }) => {
    await expect(inputsFor({ 'keep-order': 'true', ...inputs })).rejects.toThrow(says)
  })
})

describe('the way to the cluster of an environment', () => {
  const ways = ['kubeconfig', 'context', 'cluster', 'cluster-endpoint', 'cluster-server']
  const cluster = 'ocid1.cluster.oc1.fra.aaaa'

  it.each([
    {
      name: 'is that of the file, where the step gives none',
      given: {},
      completed: { cluster, 'cluster-endpoint': 'private' },
    },
    {
      name: 'may have another endpoint',
      given: { 'cluster-endpoint': 'public' },
      completed: { cluster, 'cluster-endpoint': 'public' },
    },
    {
      name: 'is a kubeconfig that is given, with the context of the file',
      given: { kubeconfig: 'k' },
      completed: { kubeconfig: 'k', context: 'prod' },
    },
    {
      name: 'is another cluster that is given, without the endpoint of the file',
      given: { cluster: 'ocid1.cluster.oc1.iad.bbbb' },
      completed: { cluster: 'ocid1.cluster.oc1.iad.bbbb' },
    },
    {
      name: 'is a server that is given',
      given: { 'cluster-server': 'https://192.0.2.7:6443' },
      completed: { 'cluster-server': 'https://192.0.2.7:6443' },
    },
  ])('$name', async ({ given, completed }) => {
    const inputs: Readonly<Record<string, string>> = { from: 'production', ...given }
    const step = { input: (name: string) => inputs[name], mask: () => undefined }
    const both = [
      await completedByCluster(step, files, 'from'),
      await completedByEnvironment(
        { ...step, input: (name) => (name === 'environment' ? 'production' : inputs[name]) },
        files,
      ),
    ]
    for (const source of both) {
      const found = ways.flatMap((name) => {
        const value = source.input(name)
        return value === undefined ? [] : [[name, value]]
      })
      expect(Object.fromEntries(found)).toEqual(completed)
    }
  })

  it('is a server of the file, with what it takes', async () => {
    const inputs: Readonly<Record<string, string>> = { from: 'island' }
    const step = { input: (name: string) => inputs[name], mask: () => undefined }
    const source = await completedByCluster(step, files, 'from')
    const more = ['cluster', 'cluster-server', 'cluster-ca', 'cluster-audience']
    expect(more.map((name) => source.input(name))).toEqual([
      undefined,
      'https://192.0.2.7:6443',
      'LS0t',
      'kubernetes',
    ])
  })

  it('is asked of the file only where an environment is named', async () => {
    const source = { input: () => undefined, mask: () => undefined }
    expect(await completedByCluster(source, files, 'from')).toBe(source)
  })
})
