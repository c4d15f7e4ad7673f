import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LabUnderTest } from '../setup/lab.ts'
import { contestantsIn, deployWithOurs, environmentOf } from './apply/contestants.ts'
import type { Access, Contestant } from './apply/contestants.ts'
import { totalOf, widgetDefinition, writeManifests } from './apply/manifests.ts'
import type { Amounts } from './apply/manifests.ts'
import { startCountingProxy } from './counting-proxy.ts'
import type { CountedServer } from './counting-proxy.ts'
import { peakMegabytesIn, tellMemory } from './peak-memory.ts'
import { withLab } from './with-lab.ts'

const run = promisify(execFile)

const quickRounds = 3
/** Peers that wait take minutes. */
const waitingRounds = 1

const some: Amounts = { configMaps: 300, deployments: 100, widgets: 100 }
const many: Amounts = { configMaps: 3000, deployments: 1000, widgets: 1000 }

/**
 * 500 objects (ConfigMaps, Deployments of 0 replicas and custom resources) applied for the first
 * time, and again without a change: deploy-oke, which asks the server about each object before it
 * changes one, waits for the workloads and keeps a record, against kubectl, Helm and kapp, in turn, on
 * the lab's cluster; once as these are by default or at their quickest, once until the workloads are
 * ready. Then, untimed, through a proxy that counts what each of them asks of the API server.
 */
export async function benchApply(): Promise<void> {
  await onPreparedCluster(async (lab, folder) => {
    await writeManifests(folder, some)
    const contestants = contestantsIn(lab, folder)
    await report(contestants, lab, quickRounds)
    console.log('\nThe same, and all wait until the workloads are ready')
    await report(contestants.map(waiting), lab, waitingRounds)
    await reportTraffic(contestants, lab, folder)
  })
}

/** 5000 objects of the same kinds, by deploy-oke alone: how long, and with how much memory. */
export async function benchApplyMany(): Promise<void> {
  await onPreparedCluster(async (lab, folder) => {
    const kubectl = kubectlOf(lab)
    const { text } = await accessOf(lab)
    await writeManifests(folder, many)
    const namespace = `bench-${process.pid}-many`
    await kubectl('create', 'namespace', namespace)
    console.log(`${totalOf(many)} objects\n| | s | MB (wanted: ≤ 300) |\n| --- | --- | --- |`)
    for (const time of ['first', 'again']) {
      const start = performance.now()
      const log = await deployWithOurs(text, folder, namespace, tellMemory)
      const seconds = (performance.now() - start) / 1000
      console.log(`| ${time} | ${seconds.toFixed(1)} | ${peakMegabytesIn(log).toFixed(0)} |`)
    }
    await kubectl('delete', 'namespace', namespace)
  })
}

function waiting({ name, apply, applyAndWait = apply }: Contestant): Contestant {
  return { name, apply: applyAndWait }
}

async function onPreparedCluster(
  work: (lab: LabUnderTest, folder: string) => Promise<void>,
): Promise<void> {
  await withLab(['kubernetes', 'kubectl', 'helm', 'kapp'], async (lab) => {
    const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
    const kubectl = kubectlOf(lab)
    const definition = join(folder, 'definition.json')
    await writeFile(definition, JSON.stringify(widgetDefinition))
    await kubectl('apply', '--filename', definition)
    await kubectl('wait', '--for=condition=Established', '--filename', definition)
    try {
      await work(lab, folder)
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

async function report(
  contestants: readonly Contestant[],
  lab: LabUnderTest,
  rounds: number,
): Promise<void> {
  const access = await accessOf(lab)
  const first = contestants.map((): number[] => [])
  const again = contestants.map((): number[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const namespace = `bench-${randomBytes(4).toString('hex')}`
      await run('kubectl', ['create', 'namespace', namespace], { env: environmentOf(lab) })
      first[index]?.push(await timeOf(() => contestant.apply(namespace, access)))
      again[index]?.push(await timeOf(() => contestant.apply(namespace, access)))
      await run('kubectl', ['delete', 'namespace', namespace], { env: environmentOf(lab) })
    }
  }
  console.log(`${totalOf(some)} objects, fastest of ${rounds} in turn`)
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
