import { describe, expect, it } from '@jest/globals'
import { completedByEnvironment } from '../src/index.ts'

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
    expect([...chartInputs, 'image-value'].map((name) => completed.input(name))).toEqual([
      undefined,
      'oci://iad.ocir.io/acme/charts/hello',
      '1.2.3',
      undefined,
      'deploy/values.yaml\ndeploy/production.yaml',
      'image',
    ])
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
    await expect(inputsFor({ environment: 'qa' })).rejects.toThrow('has: dev, staging, production.')
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
