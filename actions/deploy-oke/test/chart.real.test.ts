import { execFile } from 'node:child_process'
import { cp, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { currentLab } from '../../../test/setup/lab.ts'
import { digestOf, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

const run = promisify(execFile)
const lab = currentLab()

let world: World
let one = ''
let two = ''
/** Variables of a step whose `helm` is Helm 3. */
let helm3: Readonly<Record<string, string>>

function helm(...args: readonly string[]): Promise<{ readonly stdout: string }> {
  const cwd = join(world.folder, 'workspace')
  return run('helm', [...args], { env: lab.environment, cwd })
}

beforeAll(async () => {
  world = await makeWorld('chart')
  one = await world.image(serving, 'chart one')
  two = await world.image(serving, 'chart two')
  await mkdir(join(world.folder, 'workspace'), { recursive: true })
  await cp(join(import.meta.dirname, 'fixtures/chart'), join(world.folder, 'workspace/chart'), {
    recursive: true,
  })
  helm3 = { PATH: `${await folderWithHelm3()}:${lab.environment.PATH ?? ''}` }
}, 60_000)

async function folderWithHelm3(): Promise<string> {
  const folder = join(world.folder, 'helm3')
  await mkdir(folder)
  await symlink(join(lab.directory, 'bin/helm3'), join(folder, 'helm'))
  return folder
}

afterAll(() => world.close())

// Each test goes on with what the one before has left in the namespace.
describe('deploy-oke with a Helm chart', () => {
  const chart = { manifests: '', chart: 'chart', 'image-value': 'image', release: 'web' }

  it('installs it, with the image in its values', async () => {
    await world.write('values.yaml', 'greeting: from a file\nreplicas: 2\n')
    const given = { ...chart, image: one, values: 'values.yaml' }
    const { failure, outputs, logged } = await world.deploy(given)
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', release: '1', digest: digestOf(one) })
    expect(await world.imageIds()).toEqual([one, one])
    const settings = await world.kubectl('get', 'configmap/web-settings', '--output=json')
    expect((JSON.parse(settings) as { data: object }).data).toEqual({
      greeting: 'from a file',
      upgrade: 'false',
      namespace: world.namespace,
      widgets: 'false',
      deployments: 'true',
      kubernetes: lab.versions.kubernetes?.replace(/^v?/, 'v'),
    })
    expect(logged.join('\n')).not.toContain('web-test')
    await expect(world.kubectl('get', 'pod/web-test')).rejects.toThrow('not found')
  })

  it('changes nothing the second time but what the chart makes of an upgrade', async () => {
    const given = { ...chart, image: one, values: 'values.yaml' }
    const upgraded = await world.deploy(given)
    expect(upgraded.outputs).toMatchObject({ status: 'deployed', release: '2' })
    const again = await world.deploy(given)
    expect(again.outputs).toMatchObject({ status: 'unchanged', release: '2' })
  })

  it('upgrades it, and deletes what the values have switched off', async () => {
    const given = {
      ...chart,
      image: two,
      'set-values': 'settings: { enabled: false }\nreplicas: 1\n',
    }
    const { failure, outputs } = await world.deploy(given)
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', release: '3', digest: digestOf(two) })
    expect(await world.imageIds()).toEqual([two])
    expect(await world.kubectl('get', 'configmaps', '--output=name')).not.toContain('web-settings')
  })

  it('renders what "helm template" renders', async () => {
    const found = JSON.parse(await world.kubectl('get', 'deployment/web', '--output=json')) as {
      spec: { template: { spec: { containers: readonly { readonly image: string }[] } } }
    }
    expect(found.spec.template.spec.containers.map(({ image }) => image)).toEqual([two])
    const { stdout } = await helm(
      ...['template', 'web', 'chart', '--is-upgrade', '--skip-tests'],
      ...['--set', 'settings.enabled=false,replicas=1'],
      ...['--set', `image.repository=${two.split('@')[0] ?? ''},image.digest=${digestOf(two)}`],
      ...['--namespace', world.namespace],
    )
    await world.write('rendered/all.yaml', stdout)
    const { outputs } = await world.deploy({ manifests: 'rendered', release: 'web', image: two })
    expect(outputs).toMatchObject({ status: 'unchanged', release: '3' })
  })

  it('renders the same by Helm 3', async () => {
    const values = 'settings: { enabled: false }\nreplicas: 1\n'
    const given = { ...chart, image: two, 'set-values': values }
    const { failure, outputs } = await world.deploy(given, undefined, { variables: helm3 })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'unchanged', release: '3' })
  })

  it('deploys it together with manifests, from an archive', async () => {
    await helm('package', 'chart')
    const extra = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: extra }\n'
    await world.write('extra.yml', extra)
    const given = { ...chart, chart: 'web-0.1.0.tgz', manifests: 'extra.yml', image: two }
    const { failure, outputs } = await world.deploy(given)
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', release: '4' })
    const names = await world.kubectl('get', 'configmaps', '--output=name')
    expect(names).toMatch(/extra[^]*web-settings/)
  })

  it('deploys it from a registry, by its version', async () => {
    await helm('push', 'web-0.1.0.tgz', `oci://${world.registry}/charts`, '--plain-http')
    const reference = { chart: `oci://${world.registry}/charts/web`, 'chart-version': '0.1.0' }
    const given = { ...chart, ...reference, manifests: 'extra.yml', image: two }
    const { failure, outputs } = await world.deploy(given)
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'unchanged', release: '4' })
    const byHelm3 = await world.deploy(given, undefined, { variables: helm3 })
    expect(byHelm3).toMatchObject({ failure: '', outputs: { status: 'unchanged' } })
  })

  it('runs hooks of an upgrade, with its image, and makes them no part of the release', async () => {
    const given = { ...chart, 'set-values': 'migrate: Job', image: two }
    const { failure, outputs, logged } = await world.deploy(given)
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', digest: digestOf(two) })
    expect(logged.join('\n')).toContain('migrated by the chart')
    expect(await world.kubectl('get', 'jobs', '--output=name')).toBe('')
  })

  it('puts the image in by its name where the chart has a tag only', async () => {
    const given = { ...chart, 'image-value': '', 'image-name': 'example.com/web', image: one }
    const { failure, outputs } = await world.deploy(given)
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', digest: digestOf(one) })
  })
})

describe('deploy-oke refuses, before anything is done,', () => {
  const given = { manifests: '', chart: 'chart', image: 'iad.ocir.io/a/b', release: 'web' }

  async function refusal(
    more: Readonly<Record<string, string>>,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { failure } = await world.deploy({ ...given, image: one, ...more }, undefined, {
      variables,
    })
    return failure
  }

  const cases = [
    {
      name: 'a value that the chart requires',
      more: { 'set-values': 'greeting: null' },
      says: '"chart": chart/templates/settings.yaml:7:15 refuses the values: a greeting is required.',
    },
    {
      name: 'values that the schema of the chart refuses',
      more: { 'set-values': 'replicas: many' },
      says: '"chart": chart refuses the value "replicas" by its schema: ',
    },
    {
      name: 'files with values that are not there, or no YAML',
      more: { values: 'absent.yaml\nbad.yaml' },
      says: '"chart": bad.yaml:1:4 is not valid YAML',
    },
    {
      name: 'a chart that is not there',
      more: { chart: 'charts/absent' },
      says: '"chart": charts/absent does not exist',
    },
    { name: 'a folder without a chart', more: { chart: 'k8s' }, says: 'it has no Chart.yaml' },
    {
      name: 'a chart among manifests',
      more: { chart: '', manifests: 'chart' },
      says: '"manifests": chart is a Helm chart: give it by "chart"',
    },
    {
      name: 'an object that the chart has as well',
      more: { manifests: 'twice.yml' },
      says: '"chart": chart/templates/deployment.yaml has Deployment/web again: see twice.yml:1',
    },
    {
      name: 'a value for the image that is a list',
      more: { 'image-value': 'ports' },
      says: 'has neither a mapping nor a text as its value "ports"',
    },
    {
      name: 'a hook that is a Pod',
      more: { 'set-values': 'migrate: Pod' },
      says: 'a Pod cannot be a hook',
    },
    {
      name: 'an image that ends up nowhere',
      more: { 'image-value': 'other' },
      says: 'so there is nothing to deploy',
    },
    {
      name: 'settings of a chart without a chart',
      more: { chart: '', manifests: 'twice.yml', values: 'absent.yaml' },
      says: '"values": is for a Helm chart',
    },
    {
      name: 'nothing to deploy',
      more: { chart: '' },
      says: '"manifests": is required',
    },
  ]
  it.each(cases)('$name', async ({ more, says }) => {
    await world.write('bad.yaml', 'a: b: c\n')
    await world.write('k8s/a.txt', '')
    const twice = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n'
    await world.write('twice.yml', twice)
    expect(await refusal(more)).toContain(says)
    expect(await refusal(more, helm3)).toContain(says)
  })

  it('a chart whose dependencies are not there', async () => {
    await cp(join(world.folder, 'workspace/chart'), join(world.folder, 'workspace/lacking'), {
      recursive: true,
    })
    const dependency =
      'dependencies: [{ name: redis, version: 1.0.0, repository: "https://x.invalid" }]'
    await world.write(
      'lacking/Chart.yaml',
      `apiVersion: v2\nname: web\nversion: 0.1.0\n${dependency}\n`,
    )
    expect(await refusal({ chart: 'lacking' })).toContain(
      'lacking lacks the charts that it depends on (redis): run "helm dependency build lacking"',
    )
  })
})

// Last: the example's chart takes the place of the one above.
describe('the example of a chart', () => {
  it.each(['dev', 'production'])('can be deployed to %s', async (environment) => {
    const example = join(import.meta.dirname, '../../../examples/helm')
    await cp(example, join(world.folder, 'workspace'), { recursive: true })
    const { failure, summary } = await world.deploy({
      environment,
      manifests: '',
      release: '',
      image: one,
      mode: 'plan',
    })
    expect(failure).toBe('')
    expect(summary.join()).toContain('Deployment/hello')
  })
})
