import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, digestOf, makeWorld, serving } from './world.ts'
import type { Deployed, World } from './world.ts'

interface Case {
  readonly name: string
  /** Lines of the container, besides those of every application. */
  readonly container?: string
  /** A line of the pod. */
  readonly pod?: string
  readonly hasProbe?: boolean
  readonly timeout?: string
  readonly image?: (world: World) => string | Promise<string>
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
    says: /container "web" exited with 7 \(\w+\): bye/,
  },
  {
    name: 'quota',
    says: /No pod can be made \(FailedCreate\): .*exceeded quota/,
  },
  {
    name: 'never-ready',
    hasProbe: false,
    container: "readinessProbe: { exec: { command: [/bin/busybox, 'false'] }, periodSeconds: 1 }",
    timeout: '6s',
    says: /Not ready after \d+ s\. Deployment\/never-ready: Pod \S+: container "web" is not ready: Readiness probe failed/,
  },
  {
    name: 'unschedulable',
    pod: 'nodeSelector: { nowhere: here }',
    says: /" was rolled back: Deployment\/unschedulable: Pod \S+ cannot be scheduled \(Unschedulable\): 0\/1 nodes are available/,
  },
]

let world: World
let good = ''
// They all wait for the cluster most of the time: they do it together.
let failures: ReadonlyMap<string, Failure>

beforeAll(async () => {
  world = await makeWorld('failures')
  good = await world.image(serving, 'good')
  const pairs = cases.map(async (each) => [each.name, await fail(each)] as const)
  failures = new Map(await Promise.all(pairs))
}, 120_000)

afterAll(() => world.close())

interface Failure {
  readonly deployed: Deployed
  readonly seconds: number
  readonly left: string
}

/** Deploys an application of which there was no release before. */
async function fail({ name, image, timeout = '60s', ...lines }: Case): Promise<Failure> {
  const own = name === 'quota' ? await worldWithoutPods() : world
  await own.write(`${name}/app.yml`, manifestOf(name, lines))
  const wanted = (await image?.(own)) ?? good
  const start = Date.now()
  const deployed = await own.deploy({ image: wanted, manifests: name, release: name, timeout })
  const outcome = { deployed, seconds: (Date.now() - start) / 1000, left: await left(own, name) }
  if (own !== world) await own.close()
  return outcome
}

async function worldWithoutPods(): Promise<World> {
  const own = await makeWorld('quota')
  await own.kubectl('create', 'quota', 'none', '--hard=pods=0')
  return own
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
  it.each(cases)('$name', ({ name, says }) => {
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
    expect(failure?.seconds).toBeLessThan(50)
  })
})

describe('deploy-oke, when its first release fails,', () => {
  it('puts back what others had deployed before', async () => {
    const manifest = application({ name: 'foreign' })
    const foreign = manifest
      .replace('image: hello', `image: ${good}`)
      .replace('targetPort: 8080', 'targetPort: 81')
    await world.write('foreign.yml', foreign)
    await world.kubectl('apply', '--filename', `${world.folder}/workspace/foreign.yml`)
    await world.kubectl('rollout', 'status', 'deployment/foreign')
    await world.write('foreign/app.yml', manifest)
    const image = await world.image('exit 9')
    const given = { image, manifests: 'foreign', release: 'foreign' }
    const { failure, outputs } = await world.deploy(given)
    expect(failure).toContain('exited with 9')
    expect(outputs).toMatchObject({ status: 'rolled-back' })
    const path = '--output=jsonpath={..image} {..targetPort}'
    expect(await world.kubectl('get', 'deployment/foreign', path)).toContain(digestOf(good))
    expect(await world.kubectl('get', 'service/foreign', path)).toContain('81')
  })
})
