import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runBundle } from '@oke-pipeline/testing'
import type { LabUnderTest } from '../setup/lab.ts'
import { withLab } from './with-lab.ts'

const run = promisify(execFile)

const rounds = 3
const image = `registry.example/app@sha256:${'a'.repeat(64)}`

/** How many objects of each kind: 500 in all. */
const [configMaps, deployments] = [350, 150]

/** A way to apply the objects to a namespace, once that is there. */
interface Contestant {
  readonly name: string
  apply(namespace: string): Promise<void>
}

/**
 * 500 objects (ConfigMaps and Deployments of 0 replicas) applied for the first time, and again
 * without a change: deploy-oke, which asks the server about each object before it changes one and
 * keeps a record, against kubectl and Helm, in turn, on the lab's cluster.
 */
export async function benchApply(): Promise<void> {
  await withLab(['kubernetes', 'kubectl', 'helm'], async (lab) => {
    const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
    try {
      await report(await contestantsIn(lab, folder), lab)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

async function report(contestants: readonly Contestant[], lab: LabUnderTest): Promise<void> {
  const first = contestants.map((): number[] => [])
  const again = contestants.map((): number[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const namespace = `bench-${index}-${round}`
      await run('kubectl', ['create', 'namespace', namespace], { env: environmentOf(lab) })
      first[index]?.push(await timeOf(() => contestant.apply(namespace)))
      again[index]?.push(await timeOf(() => contestant.apply(namespace)))
      await run('kubectl', ['delete', 'namespace', namespace], { env: environmentOf(lab) })
    }
  }
  console.log(`${configMaps + deployments} objects, fastest of ${rounds} rounds in turn`)
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
  const env = environmentOf(lab)
  const kubeconfig = await readFile(lab.environment.KUBECONFIG ?? '', 'utf8')
  return [
    { name: 'deploy-oke', apply: (namespace) => deployWithOurs(kubeconfig, folder, namespace) },
    {
      name: 'kubectl apply --server-side',
      apply: async (namespace) => {
        const args = ['apply', '--server-side', '--namespace', namespace, '--filename', manifests]
        await run('kubectl', args, { env, maxBuffer: 1e8 })
      },
    },
    {
      name: 'helm upgrade --install',
      apply: async (namespace) => {
        const args = [
          'upgrade',
          '--install',
          'bench',
          join(folder, 'chart'),
          '--namespace',
          namespace,
        ]
        await run('helm', args, { env, maxBuffer: 1e8 })
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
