import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { completedByEnvironment } from '@oke-pipeline/delivery'
import * as valibot from 'valibot'
import { readAction, root } from './workflow-file.ts'

const Schema = valibot.object({
  properties: valibot.object({
    environments: valibot.object({
      items: valibot.object({ properties: valibot.record(valibot.string(), valibot.unknown()) }),
    }),
  }),
})

const schema = valibot.parse(
  Schema,
  JSON.parse(await readFile(join(root, 'schema/environments.schema.json'), 'utf8')),
)
const settings = Object.keys(schema.properties.environments.items.properties)
const { inputs } = await readAction('deploy-oke')
const guide = await readFile(join(root, 'docs/guides/environments.md'), 'utf8')
const [, ownWords = ''] = guide.split('## What stays an input')
const stayInputs = [...ownWords.matchAll(/`([a-z][a-z-]+)`(?=[^|]*\|[^|]*\|$)/gm)].map(
  ([, name]) => name ?? '',
)

/** What is no input of deploy-oke: the name of the environment, and what is asked of its images. */
const noInputs = ['name', 'evidence']

/** Every setting, each with a value that tells it from the others. */
const whole = {
  name: 'production',
  namespace: 'shop',
  'create-namespace': true,
  'namespace-labels': { 'example.com/team': 'web', tier: 'a=b' },
  'namespace-annotations': { note: 'of the namespace' },
  'pull-secret': 'ocir',
  manifests: ['deploy/a', 'deploy/b'],
  'manifest-command': [
    ['jsonnet', '-y', 'app.jsonnet'],
    ['ytt', '-f', 'deploy'],
  ],
  chart: 'shop',
  'chart-repository': 'https://charts.example.com',
  'chart-version': '1.2.3',
  'chart-digest': `sha256:${'1'.repeat(64)}`,
  values: ['deploy/values.yaml'],
  'set-values': { replicas: 3, ingress: { host: 'shop.example.com' } },
  'image-value': 'web.image',
  'helm-version': '3.19.0',
  patches: ['deploy/patch.yaml'],
  'kubectl-version': '1.35.2',
  substitute: { HOST: 'shop.example.com', QUERY: 'a=1, b=2' },
  'image-name': 'IMAGE',
  'image-containers': ['web', 'worker'],
  'image-paths': ['Rollout.argoproj.io:spec.template.spec.containers[*].image'],
  images: { proxy: `iad.ocir.io/acme/proxy@sha256:${'2'.repeat(64)}` },
  'require-digests': true,
  release: 'shop',
  timeout: '10m',
  'min-ready': '30s',
  'max-restarts': 3,
  'lock-timeout': '1h',
  'on-failure': 'stop',
  'first-release': 'keep',
  'force-conflicts': false,
  'on-immutable': 'recreate',
  'max-prune': 7,
  context: 'prod',
  'cluster-server': 'https://192.0.2.7:6443',
  'cluster-ca': 'LS0t',
  'cluster-audience': 'kubernetes',
  evidence: [],
}

const cluster = { cluster: 'ocid1.cluster.oc1.iad.aaaa', 'cluster-endpoint': 'private' }

async function completed(
  environment: object,
  given: Readonly<Record<string, string>> = {},
): Promise<(input: string) => string | undefined> {
  const text = JSON.stringify({
    schema: 'oke-pipeline/environments/v1',
    environments: [environment],
  })
  const all: Readonly<Record<string, string>> = { environment: 'production', ...given }
  const source = await completedByEnvironment(
    { input: (name) => all[name], mask: () => undefined },
    { kindOf: () => Promise.resolve('file'), readText: () => Promise.resolve(text) },
  )
  return (input) => source.input(input)
}

describe('the settings of the environments file', () => {
  it('have, with what stays an input by the guide, every input of deploy-oke, each once', () => {
    expect([...settings.filter((name) => !noInputs.includes(name)), ...stayInputs].sort()).toEqual(
      Object.keys(inputs).sort(),
    )
  })

  it('stand in for inputs that action.yml gives no default, which would win over them', () => {
    const withDefault = settings.filter((name) => inputs[name]?.default !== undefined)
    expect(withDefault).toEqual([])
  })

  it('are all here', () => {
    expect([...Object.keys(whole), ...Object.keys(cluster)].sort()).toEqual([...settings].sort())
  })

  it('become the inputs of their names', async () => {
    const input = await completed(whole)
    const texts = {
      ...whole,
      'create-namespace': 'true',
      'namespace-labels': 'example.com/team=web\ntier=a=b',
      'namespace-annotations': 'note=of the namespace',
      manifests: 'deploy/a\ndeploy/b',
      'manifest-command': '["jsonnet","-y","app.jsonnet"]\n["ytt","-f","deploy"]',
      values: 'deploy/values.yaml',
      'set-values': '{"replicas":3,"ingress":{"host":"shop.example.com"}}',
      patches: 'deploy/patch.yaml',
      substitute: 'HOST=shop.example.com\nQUERY=a=1, b=2',
      'image-containers': 'web\nworker',
      'image-paths': 'Rollout.argoproj.io:spec.template.spec.containers[*].image',
      images: `proxy=iad.ocir.io/acme/proxy@sha256:${'2'.repeat(64)}`,
      'require-digests': 'true',
      'max-restarts': '3',
      'force-conflicts': 'false',
      'max-prune': '7',
      name: undefined,
      evidence: undefined,
      // It says more of a kubeconfig, which this step has not.
      context: undefined,
    }
    expect(Object.fromEntries(Object.keys(whole).map((name) => [name, input(name)]))).toEqual(texts)
  })

  it('let inputs that are given win', async () => {
    const input = await completed(whole, { 'on-failure': 'keep', 'max-prune': ' ', values: 'mine' })
    expect(['on-failure', 'max-prune', 'values'].map(input)).toEqual(['keep', '7', 'mine'])
  })
})
