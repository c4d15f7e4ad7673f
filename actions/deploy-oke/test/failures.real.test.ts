import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, digestOf, makeWorld, serving } from './world.ts'
import type { Deployed, World } from './world.ts'

/** A node without a kubelet, on which nothing is put but what asks for it by name. */
const quietNode = `deploy-oke-${randomBytes(3).toString('hex')}`

/** A node whose kubelet is heard of once, and never again. */
const lostNode = `${quietNode}-lost`

interface Case {
  readonly name: string
  /** Lines of the container, besides those of every application. */
  readonly container?: string
  /** A line of the pod. */
  readonly pod?: string
  readonly hasProbe?: boolean
  readonly timeout?: string
  /** Whether it is noticed at the timeout only, and not long before it. */
  readonly isLate?: boolean
  /** A busy kubelet may tell of an end only seconds after it. */
  readonly minReady?: string
  readonly image?: (world: World) => string | Promise<string>
  /** What is done to its pods while it is deployed. */
  readonly meanwhile?: (world: World) => Promise<void>
  readonly says: RegExp
}

const cases: readonly Case[] = [
  {
    name: 'missing-image',
    image: ({ registry }) => `${registry}/team/hello@sha256:${'0'.repeat(64)}`,
    says: /container "web" cannot pull \S+@sha256:\S+ \(\w+\): the registry has no such image/,
  },
  {
    name: 'missing-config-map',
    container: 'envFrom: [{ configMapRef: { name: absent } }]',
    says: /container "web" cannot be made \(CreateContainerConfigError\): configmap "absent" not found/,
  },
  {
    name: 'missing-volume',
    container: 'volumeMounts: [{ name: v, mountPath: /v }]',
    pod: 'volumes: [{ name: v, secret: { secretName: absent } }]',
    says: /Pod \S+ has a volume that cannot be mounted \(FailedMount\): .*secret "absent" not found/,
  },
  {
    name: 'late-crash',
    hasProbe: false,
    image: ({ image }) => image('echo bye; sleep 1; exit 7'),
    minReady: '15s',
    says: /container "web" exited with 7 \(\w+\): bye/,
  },
  {
    name: 'quota',
    says: /No pod can be made \(FailedCreate\): .*exceeded quota/,
  },
  {
    name: 'liveness',
    hasProbe: false,
    container: `livenessProbe: { exec: { command: [/bin/sh, -c, 'echo no pulse; exit 1'] }, periodSeconds: 1, failureThreshold: 1 }
          readinessProbe: { exec: { command: [/bin/busybox, 'false'] } }`,
    image: ({ image }) => image('while true; do sleep 0.2; done'),
    says: /container "web" exited with 137 \(\w+\): Liveness probe failed: no pulse/,
  },
  {
    name: 'never-ready',
    hasProbe: false,
    container: "readinessProbe: { exec: { command: [/bin/busybox, 'false'] }, periodSeconds: 1 }",
    timeout: '30s',
    isLate: true,
    says: /Not ready after \d+ s\. Deployment\/never-ready: Pod \S+: container "web" is not ready: Readiness probe failed/,
  },
  {
    name: 'init-container',
    pod: "initContainers: [{ name: setup, image: hello, command: [/bin/sh, -c, 'echo no database; exit 6'] }]",
    says: /container "setup" exited with 6 \(\w+\): no database/,
  },
  {
    name: 'out-of-memory',
    hasProbe: false,
    container: 'resources: { limits: { memory: 12Mi } }',
    image: ({ image }) => image('x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done'),
    says: /container "web" was killed because it used more memory than its limit \(OOMKilled\)/,
  },
  {
    name: 'quiet-node',
    pod: `nodeName: ${quietNode}`,
    timeout: '8s',
    isLate: true,
    says: /Pod \S+ is not taken on by its node \(NodeSilent\): its node "deploy-oke-\w+" has said nothing of it; node "deploy-oke-\w+" is short of disk space; it is not ready \(KubeletNotReady\): container runtime is down/,
  },
  {
    // The controller of nodes gives a kubelet 50 s to be heard of again.
    name: 'lost-node',
    pod: `nodeName: ${lostNode}`,
    meanwhile: startPods,
    timeout: '150s',
    minReady: '149s',
    says: /Pod \S+ is on a node that has gone quiet \(NodeNotReady\): Node is not ready; node "deploy-oke-\w+-lost" is not ready \(NodeStatusUnknown\): Kubelet stopped posting node status/,
  },
  {
    name: 'unschedulable',
    pod: 'nodeSelector: { nowhere: here }',
    says: /" was rolled back: Deployment\/unschedulable: Pod \S+ cannot be scheduled \(Unschedulable\): 0\/\d nodes are available/,
  },
]

let world: World
let good = ''
// They all wait for the cluster most of the time: they do it together.
let failures: ReadonlyMap<string, Failure>
let foreign: { readonly deployed: Deployed; readonly image: string; readonly port: string }

beforeAll(async () => {
  world = await makeWorld('failures')
  good = await world.image(serving, 'good')
  await addNode(world, quietNode, [
    {
      type: 'Ready',
      status: 'False',
      reason: 'KubeletNotReady',
      message: 'container runtime is down',
    },
    { type: 'DiskPressure', status: 'True', reason: 'KubeletHasDiskPressure' },
  ])
  await addNode(world, lostNode, [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }])
  const pairs = cases.map(async (each) => [each.name, await fail(each)] as const)
  const [found, restored] = await Promise.all([Promise.all(pairs), failOverForeign()])
  failures = new Map(found)
  foreign = restored
}, 240_000)

afterAll(async () => {
  await world.kubectl('delete', 'node', quietNode, lostNode)
  await world.close()
})

/** A node without a kubelet, of which this test says what a kubelet would. */
async function addNode(own: World, name: string, conditions: readonly object[]): Promise<void> {
  await own.write(
    'node.yml',
    `apiVersion: v1
kind: Node
metadata: { name: ${name} }
spec: { taints: [{ key: oke-pipeline.dev/test, effect: NoSchedule }] }
`,
  )
  await own.kubectl('create', '--filename', `${own.folder}/workspace/node.yml`)
  const patch = JSON.stringify({ status: { conditions } })
  await own.kubectl('patch', 'node', name, '--subresource=status', '--patch', patch)
}

/** Says of the pods, as soon as they are there, that they run and are ready. */
async function startPods({ kubectl }: World): Promise<void> {
  const list = (): Promise<string> => kubectl('get', 'pods', '--output=name')
  while ((await list()).trim().split('\n').length < 2) await setTimeout(200)
  const image = { image: good, imageID: good }
  const running = { state: { running: { startedAt: new Date().toISOString() } }, restartCount: 0 }
  const status = {
    phase: 'Running',
    conditions: ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: new Date().toISOString(),
    })),
    containerStatuses: [{ name: 'web', ...image, ...running, ready: true, started: true }],
  }
  for (const pod of (await list()).trim().split('\n')) {
    await kubectl('patch', pod, '--subresource=status', '--patch', JSON.stringify({ status }))
  }
}

interface Failure {
  readonly deployed: Deployed
  readonly left: string
}

/** Deploys an application of which there was no release before. */
async function fail({
  name,
  image,
  meanwhile,
  timeout = '60s',
  minReady,
  ...lines
}: Case): Promise<Failure> {
  const own = (await worldOf[name]?.()) ?? world
  await own.write(`${name}/app.yml`, manifestOf(name, lines))
  const wanted = (await image?.(own)) ?? good
  const [deployed] = await Promise.all([
    own.deploy({
      ...{ image: wanted, manifests: name, release: name, timeout },
      ...(minReady === undefined ? {} : { 'min-ready': minReady }),
    }),
    meanwhile?.(own),
  ])
  const outcome = { deployed, left: await left(own, name) }
  if (own !== world) await own.close()
  return outcome
}

/** Namespaces of cases that would be in the way of others. */
const worldOf: Readonly<Record<string, () => Promise<World>>> = {
  async quota() {
    const own = await makeWorld('quota')
    await own.kubectl('create', 'quota', 'none', '--hard=pods=0')
    return own
  },
  // Nobody ends its pods: while some end, a pod that finds no node is waited for.
  'quiet-node': () => makeWorld('quiet'),
  'lost-node': () => makeWorld('lost'),
}

function manifestOf(
  name: string,
  { container, pod, hasProbe = true }: Pick<Case, 'container' | 'pod' | 'hasProbe'>,
): string {
  return application({
    name,
    hasProbe,
    extra: [
      ...(container === undefined ? [] : [`          ${container}`]),
      ...(pod === undefined ? [] : [`      ${pod}`]),
    ].join('\n'),
  })
}

/** What is left of an application, the history of releases apart. */
async function left({ kubectl }: World, name: string): Promise<string> {
  const names = await kubectl('get', 'deployments,services', '--output', 'name')
  const lines = names.split('\n').filter((line) => line.endsWith(`/${name}`))
  return lines.join()
}

describe('deploy-oke fails within seconds, says why, and leaves nothing, with', () => {
  it.each(cases)('$name', ({ name, says, isLate = false }) => {
    const failure = failures.get(name)
    expect(failure?.deployed.failure).toMatch(says)
    expect(failure?.deployed.failure).toContain(
      'What was there before the first release is in force again',
    )
    expect(failure?.deployed.outputs).toMatchObject({
      status: 'rolled-back',
      digest: '',
      release: '',
    })
    const places = failure?.deployed.annotations.map(({ place }) => place)
    expect(places).toEqual([expect.objectContaining({ file: `${name}/app.yml`, line: 1 })])
    expect(failure?.left).toBe('')
    expect(failure?.deployed.failure.includes('Not ready after')).toBe(isLate)
  })
})

/** Deploys over what others have deployed, which fails. */
async function failOverForeign(): Promise<typeof foreign> {
  const manifest = application({ name: 'foreign' })
  const theirs = manifest
    .replace('image: hello', `image: ${good}`)
    .replace('targetPort: 8080', 'targetPort: 81')
  await world.write('foreign.yml', theirs)
  await world.kubectl('apply', '--filename', `${world.folder}/workspace/foreign.yml`)
  await world.kubectl('rollout', 'status', 'deployment/foreign')
  await world.write('foreign/app.yml', manifest)
  const image = await world.image('exit 9')
  const deployed = await world.deploy({ image, manifests: 'foreign', release: 'foreign' })
  const path = '--output=jsonpath={..image} {..targetPort}'
  return {
    deployed,
    image: await world.kubectl('get', 'deployment/foreign', path),
    port: await world.kubectl('get', 'service/foreign', path),
  }
}

describe('deploy-oke, when its first release fails,', () => {
  it('puts back what others had deployed before', () => {
    expect(foreign.deployed.failure).toContain('exited with 9')
    expect(foreign.deployed.outputs).toMatchObject({ status: 'rolled-back' })
    expect(foreign.image).toContain(digestOf(good))
    expect(foreign.port).toContain('81')
  })
})
