import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runBundle } from '@oke-pipeline/testing'
import type { LabUnderTest } from '../setup/lab.ts'
import { startCountingProxy } from './counting-proxy.ts'
import type { CountedServer } from './counting-proxy.ts'
import { withLab } from './with-lab.ts'

const run = promisify(execFile)

const rounds = 3
const image = `registry.example/app@sha256:${'a'.repeat(64)}`

/** How many objects of each kind: 500 in all. */
const [configMaps, deployments, widgets] = [300, 100, 100]

/** The way to the cluster, as a file and as its text. */
interface Access {
  readonly file: string
  readonly text: string
}

/** A way to apply the objects to a namespace, once that is there. */
interface Contestant {
  readonly name: string
  apply(namespace: string, access: Access): Promise<void>
}

/**
 * 500 objects (ConfigMaps, Deployments of 0 replicas and custom resources) applied for the first
 * time, and again without a change: deploy-oke, which asks the server about each object before it
 * changes one and keeps a record, against kubectl and Helm, in turn, on the lab's cluster. Then,
 * untimed, through a proxy that counts what each of them asks of the API server.
 */
export async function benchApply(): Promise<void> {
  await withLab(['kubernetes', 'kubectl', 'helm'], async (lab) => {
    const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
    const kubectl = kubectlOf(lab)
    const definition = join(folder, 'definition.json')
    await writeFile(definition, JSON.stringify(widgetDefinition))
    await kubectl('apply', '--filename', definition)
    await kubectl('wait', '--for=condition=Established', '--filename', definition)
    try {
      const contestants = await contestantsIn(lab, folder)
      await report(contestants, lab)
      await reportTraffic(contestants, lab, folder)
    } finally {
      await kubectl('delete', '--filename', definition)
      await rm(folder, { recursive: true, force: true })
    }
  })
}

type Kubectl = (...args: readonly string[]) => Promise<void>

function kubectlOf(lab: LabUnderTest): Kubectl {
  return async (...args) => {
    await run('kubectl', [...args], { env: environmentOf(lab) })
  }
}

async function reportTraffic(
  contestants: readonly Contestant[],
  lab: LabUnderTest,
  folder: string,
): Promise<void> {
  const kubectl = kubectlOf(lab)
  const direct = await accessOf(lab)
  const { server, user } = administratorOf(direct)
  await using proxy = await startCountingProxy({ ...user, ...server })
  const access = await writeAccess(join(folder, 'counted.kubeconfig'), proxy.url)
  console.log(
    '\n| | first: requests | KB | again: requests | KB |\n| --- | --- | --- | --- | --- |',
  )
  for (const [index, contestant] of contestants.entries()) {
    const namespace = `bench-${process.pid}-${index}-counted`
    await kubectl('create', 'namespace', namespace)
    const cells: (string | number)[] = [contestant.name]
    for (let time = 0; time < 2; time += 1) {
      await contestant.apply(namespace, access)
      const { requests, bytes } = proxy.take()
      cells.push(requests, Math.round(bytes / 1024))
    }
    console.log(`| ${cells.join(' | ')} |`)
    await kubectl('delete', 'namespace', namespace)
  }
}

interface WrittenAccess {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string }
  }[]
  readonly users: readonly {
    readonly user: {
      readonly 'client-certificate-data': string
      readonly 'client-key-data': string
    }
  }[]
}

function administratorOf({ text }: Access): {
  readonly server: Pick<CountedServer, 'url' | 'ca'>
  readonly user: Pick<CountedServer, 'cert' | 'key'>
} {
  const { clusters, users } = JSON.parse(text) as WrittenAccess
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user]
  const plain = (data = ''): string => Buffer.from(data, 'base64').toString('utf8')
  return {
    server: {
      url: new URL(cluster?.server ?? ''),
      ca: plain(cluster?.['certificate-authority-data']),
    },
    user: {
      cert: plain(user?.['client-certificate-data']),
      key: plain(user?.['client-key-data']),
    },
  }
}

async function accessOf(lab: LabUnderTest): Promise<Access> {
  const file = lab.environment.KUBECONFIG ?? ''
  return { file, text: await readFile(file, 'utf8') }
}

async function writeAccess(file: string, server: string): Promise<Access> {
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'counted', cluster: { server } }],
    users: [{ name: 'counted', user: {} }],
    contexts: [{ name: 'counted', context: { cluster: 'counted', user: 'counted' } }],
    'current-context': 'counted',
  })
  await writeFile(file, text, { mode: 0o600 })
  return { file, text }
}

async function report(contestants: readonly Contestant[], lab: LabUnderTest): Promise<void> {
  const access = await accessOf(lab)
  const first = contestants.map((): number[] => [])
  const again = contestants.map((): number[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const namespace = `bench-${process.pid}-${index}-${round}`
      await run('kubectl', ['create', 'namespace', namespace], { env: environmentOf(lab) })
      first[index]?.push(await timeOf(() => contestant.apply(namespace, access)))
      again[index]?.push(await timeOf(() => contestant.apply(namespace, access)))
      await run('kubectl', ['delete', 'namespace', namespace], { env: environmentOf(lab) })
    }
  }
  console.log(`${configMaps + deployments + widgets} objects, fastest of ${rounds} rounds in turn`)
  console.log('| | first, s | × | again, s | × |\n| --- | --- | --- | --- | --- |')
  const [firstOfPeers, againOfPeers] = [first, again].map((times) =>
    Math.min(...times.slice(1).flat()),
  )
  for (const [index, { name }] of contestants.entries()) {
    const a = Math.min(...(first[index] ?? []))
    const b = Math.min(...(again[index] ?? []))
    const figures = [a, a / (firstOfPeers ?? NaN), b, b / (againOfPeers ?? NaN)]
    console.log(`| ${[name, ...figures.map((figure) => figure.toFixed(2))].join(' | ')} |`)
  }
  console.log('× is the ratio to the faster of the peers.')
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

async function contestantsIn(lab: LabUnderTest, folder: string): Promise<readonly Contestant[]> {
  const manifests = await writeManifests(folder)
  const withAccess = ({ file }: Access): NodeJS.ProcessEnv => ({
    ...environmentOf(lab),
    KUBECONFIG: file,
  })
  return [
    { name: 'deploy-oke', apply: (namespace, { text }) => deployWithOurs(text, folder, namespace) },
    {
      name: 'kubectl apply --server-side',
      apply: async (namespace, access) => {
        const args = ['apply', '--server-side', '--namespace', namespace, '--filename', manifests]
        await run('kubectl', args, { env: withAccess(access), maxBuffer: 1e8 })
      },
    },
    {
      name: 'helm upgrade --install',
      apply: async (namespace, access) => {
        const args = [
          'upgrade',
          '--install',
          'bench',
          join(folder, 'chart'),
          '--namespace',
          namespace,
        ]
        await run('helm', args, { env: withAccess(access), maxBuffer: 1e8 })
      },
    },
  ]
}

function environmentOf(lab: LabUnderTest): NodeJS.ProcessEnv {
  return { ...process.env, ...lab.environment }
}

async function writeManifests(folder: string): Promise<string> {
  const text = [
    ...Array.from({ length: configMaps }, (_, index) => configMap(index)),
    ...Array.from({ length: deployments }, (_, index) => deployment(index)),
    ...Array.from({ length: widgets }, (_, index) => widget(index)),
  ].join('\n---\n')
  const workspace = join(folder, 'workspace')
  await mkdir(join(folder, 'chart/templates'), { recursive: true })
  await mkdir(workspace, { recursive: true })
  await writeFile(join(folder, 'chart/Chart.yaml'), 'apiVersion: v2\nname: bench\nversion: 1.0.0\n')
  await writeFile(join(folder, 'chart/templates/all.yaml'), text)
  await writeFile(join(workspace, 'all.yaml'), text)
  return join(workspace, 'all.yaml')
}

function configMap(index: number): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `config-${index}` },
    data: { key: 'value', index: String(index) },
  })
}

function deployment(index: number): string {
  const labels = { app: `app-${index}` }
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `app-${index}` },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } },
    },
  })
}

const widgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.bench.oke-pipeline.dev' },
  spec: {
    group: 'bench.oke-pipeline.dev',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: { type: 'integer' } } },
            },
          },
        },
      },
    ],
  },
}

function widget(index: number): string {
  return JSON.stringify({
    apiVersion: 'bench.oke-pipeline.dev/v1',
    kind: 'Widget',
    metadata: { name: `widget-${index}` },
    spec: { size: index },
  })
}

async function deployWithOurs(
  kubeconfig: string,
  folder: string,
  namespace: string,
): Promise<void> {
  const { exitCode, log } = await runBundle({
    action: 'deploy-oke',
    folder,
    inputs: { kubeconfig, namespace, manifests: 'all.yaml', image },
  })
  if (exitCode !== 0) throw new Error(`deploy-oke failed:\n${log.slice(-2000)}`)
}
