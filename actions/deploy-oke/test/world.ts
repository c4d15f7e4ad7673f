import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { recordingLog, recordingRunner, startFaultyProxy } from '@oke-pipeline/testing'
import type { FaultRule, FaultyProxy, ProxyTarget, RecordingRunner } from '@oke-pipeline/testing'
import { writeImageLayout } from '../../../test/lab/tiny-image.ts'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'

const run = promisify(execFile)
const lab = currentLab()

/** What an action reported, and how it ended. */
export interface Deployed extends RecordingRunner {
  /** Empty when it succeeded. */
  readonly failure: string
}

/** A namespace of the lab's cluster, a workspace folder, and images to deploy. */
export interface World {
  readonly namespace: string
  readonly folder: string
  /** Of the administrator. */
  readonly kubeconfig: string
  readonly registry: string
  write(path: string, text: string): Promise<void>
  /** Pushes an image that runs a shell script, and gives its name by digest. */
  readonly image: (script: string, version?: string) => Promise<string>
  /** Inputs with the defaults of this world. */
  inputs(given: Readonly<Record<string, string>>): Readonly<Record<string, string>>
  /** What it logs can be read while it works, from the lines that are given. */
  deploy(
    given: Readonly<Record<string, string>>,
    signal?: AbortSignal,
    more?: {
      readonly lines?: string[]
      readonly variables?: Readonly<Record<string, string>>
    },
  ): Promise<Deployed>
  readonly kubectl: (...args: readonly string[]) => Promise<string>
  /** Images that the running pods report, by kubectl. */
  imageIds(): Promise<readonly string[]>
  close(): Promise<void>
}

/** A script that serves until it is stopped. */
export const serving = 'trap "exit 0" TERM; echo serving; while true; do sleep 0.2; done'

/**
 * A script that ends with an error after it has said something; all on one stream, since the
 * container runtime does not keep the order of lines between two.
 */
export const crashing = 'echo starting >&2; echo "::error::boom" >&2; echo boom >&2; exit 3'

/** A Deployment of two pods and a Service. */
export function application(
  options: { readonly name?: string; readonly hasProbe?: boolean; readonly extra?: string } = {},
): string {
  const { name = 'hello', hasProbe = true, extra = '' } = options
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 2
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: hello
${hasProbe ? probe : ''}
${extra}
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector: { app: ${name} }
  ports: [{ port: 80, targetPort: 8080 }]
`
}

const probe =
  "          readinessProbe: { exec: { command: [/bin/busybox, 'true'] }, periodSeconds: 1 }"

interface WrittenKubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: object }[]
  readonly users: readonly { readonly name: string; readonly user: object }[]
}

/** The lab's kubeconfig with other credentials, or another way to the cluster. */
export function changedKubeconfig(
  kubeconfig: string,
  change: { readonly user?: object; readonly cluster?: object },
): string {
  const content = JSON.parse(kubeconfig) as WrittenKubeconfig
  return JSON.stringify({
    ...content,
    clusters: content.clusters.map(({ name, cluster }) => ({
      name,
      cluster: { ...cluster, ...change.cluster },
    })),
    users: content.users.map(({ name, user }) => ({ name, user: change.user ?? user })),
  })
}

/** The lab's API server as a proxy reaches it, with the certificates that its kubeconfig gives. */
export function plainTarget(kubeconfig: string): ProxyTarget {
  const access = JSON.parse(kubeconfig) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]
    users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[]
  }
  const [cluster] = access.clusters
  const [user] = access.users
  const plain = (text = ''): string => Buffer.from(text, 'base64').toString('utf8')
  return {
    url: new URL(cluster?.cluster.server ?? ''),
    tls: {
      ca: plain(cluster?.cluster['certificate-authority-data']),
      cert: plain(user?.user['client-certificate-data']),
      key: plain(user?.user['client-key-data']),
    },
  }
}

/** A proxy before a cluster, and a kubeconfig that leads to it. */
export interface FaultyCluster extends AsyncDisposable {
  readonly proxy: FaultyProxy
  readonly kubeconfig: string
}

/** Puts a proxy before the cluster of the administrator's kubeconfig. */
export async function faultyCluster(
  { kubeconfig }: World,
  rules: readonly FaultRule[],
): Promise<FaultyCluster> {
  const proxy = await startFaultyProxy({ ...plainTarget(kubeconfig), rules })
  const cluster = { server: proxy.url.href, 'certificate-authority-data': undefined }
  return {
    proxy,
    kubeconfig: changedKubeconfig(kubeconfig, { user: {}, cluster }),
    [Symbol.asyncDispose]: () => proxy.close(),
  }
}

/** Makes a world with a namespace of its own. */
export async function makeWorld(purpose: string): Promise<World> {
  const namespace = `deploy-oke-${purpose}-${randomBytes(3).toString('hex')}`
  const folder = await mkdtemp(join(tmpdir(), 'deploy-oke-'))
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
  const registry = lab.registry?.host ?? ''
  const kubectl = (...args: readonly string[]): Promise<string> =>
    call('kubectl', ['--namespace', namespace, ...args])
  await kubectl('create', 'namespace', namespace)
  const kubeconfig = await readFile(lab.kubernetes?.kubeconfig ?? '', 'utf8')
  const world: World = {
    namespace,
    folder,
    kubeconfig,
    registry,
    kubectl,
    async write(path, text) {
      const file = join(folder, 'workspace', path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    },
    // Unlike any other world's: a node reports the name under which it got an image first.
    image: (script, version = '') =>
      pushImage(folder, registry, `${script} # ${version} ${namespace}`),
    inputs: (given) => ({
      kubeconfig,
      namespace,
      manifests: 'k8s',
      timeout: '60s',
      'on-failure': 'rollback',
      ...given,
    }),
    async deploy(given, signal, { lines, variables } = {}) {
      const runner = recordingRunner({
        folder,
        inputs: world.inputs(given),
        environment: { ...lab.environment, ...variables },
        ...(signal === undefined ? {} : { signal }),
        ...(lines === undefined ? {} : { ports: { log: recordingLog(lines) } }),
      })
      const failure = await main(runner).then(
        () => '',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
      return Object.assign(runner, { failure })
    },
    async imageIds() {
      const pods = JSON.parse(await kubectl('get', 'pods', '--output', 'json')) as PodList
      return pods.items
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .flatMap(({ status }) => (status.containerStatuses ?? []).map(({ imageID }) => imageID))
    },
    async close() {
      await kubectl('delete', 'namespace', namespace, '--wait=false')
      await rm(folder, { recursive: true })
    },
  }
  return world
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly deletionTimestamp?: string }
    readonly status: { readonly containerStatuses?: readonly { readonly imageID: string }[] }
  }[]
}

async function call(file: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(file, [...args], { env: lab.environment })
  return stdout
}

async function pushImage(folder: string, registry: string, script: string): Promise<string> {
  const layout = await mkdtemp(join(folder, 'layout-'))
  // Of this world alone: a registry on a file system may refuse a layer that another one pushes to
  // the same repository at the same moment.
  const repository = `${registry}/${basename(folder).toLowerCase()}/hello`
  const digest = await writeImageLayout(layout, {
    name: `${repository}:test`,
    files: { 'bin/busybox': '/bin/busybox', 'bin/sh': '/bin/busybox', 'bin/sleep': '/bin/busybox' },
    command: ['/bin/sh', '-c', script],
  })
  const target = `docker://${repository}@${digest}`
  await call('skopeo', [
    'copy',
    '--dest-tls-verify=false',
    '--preserve-digests',
    `oci:${layout}:test`,
    target,
  ])
  return `${repository}@${digest}`
}

/** The digest of an image name. */
export function digestOf(image: string): string {
  return image.slice(image.indexOf('@') + 1)
}
