import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, digestOf, makeWorld, serving } from './world.ts'
import type { Deployed, World } from './world.ts'

let world: World
let good = ''

beforeAll(async () => {
  world = await makeWorld('failures')
  good = await world.image(serving, 'good')
}, 60_000)

afterAll(() => world[Symbol.asyncDispose]())

/** What is left of an application, the history of releases apart. */
async function left(name: string): Promise<string> {
  const kinds = 'deployments,statefulsets,daemonsets,jobs,services'
  const names = await world.kubectl('get', kinds, '--output', 'name')
  return names
    .split('\n')
    .filter((line) => line.includes(`/${name}`))
    .join()
}

/** Deploys an application of its own, of which there was no release before. */
async function first(
  name: string,
  manifest: string,
  given: Readonly<Record<string, string>> = {},
): Promise<Deployed> {
  await world.write(`${name}/app.yml`, manifest)
  return world.deploy({ image: good, manifests: name, release: name, ...given })
}

function container(lines: readonly string[]): string {
  return lines.map((line) => `          ${line}`).join('\n')
}

describe('deploy-oke fails within seconds, says why, and leaves nothing, when', () => {
  const cases = [
    {
      name: 'missing-image',
      extra: [],
      given: { image: `127.0.0.1:1/team/hello@sha256:${'0'.repeat(64)}`, timeout: '40s' },
      says: /container "web" has an image that cannot be pulled \(\w+\): .*127\.0\.0\.1:1/,
    },
    {
      name: 'missing-config-map',
      extra: ['envFrom: [{ configMapRef: { name: absent } }]'],
      given: {},
      says: /container "web" cannot be made \(CreateContainerConfigError\): configmap "absent" not found/,
    },
    {
      name: 'missing-volume',
      extra: ['volumeMounts: [{ name: v, mountPath: /v }]'],
      volume: '      volumes: [{ name: v, secret: { secretName: absent } }]',
      given: {},
      says: /Pod \S+ has a volume that cannot be mounted \(FailedMount\): .*secret "absent" not found/,
    },
    {
      name: 'late-crash',
      given: { image: 'crash' },
      extra: ['readinessProbe: null'],
      says: /container "web" exited with 7 \(\w+\): bye/,
    },
    {
      name: 'quota',
      extra: [],
      given: {},
      says: /No pod can be made \(FailedCreate\): .*exceeded quota/,
    },
    {
      name: 'never-ready',
      extra: ["readinessProbe: { exec: { command: [/bin/busybox, 'false'] }, periodSeconds: 1 }"],
      given: { timeout: '6s' },
      says: /Not ready after \d+ s\. Deployment\/never-ready: Pod \S+: container "web" is not ready: Readiness probe failed/,
    },
    {
      name: 'unschedulable',
      extra: [],
      volume: '      nodeSelector: { nowhere: 'yes' }',
      given: { timeout: '6s' },
      says: /Pod \S+ cannot be scheduled: 0\/1 nodes are available/,
    },
  ]
  it.each(cases)('$name', async ({ name, extra, volume, given, says }) => {
    const base = application({ name }).replace(/ {10}readinessProbe:\n(?: {12}.*\n)+/, (probe) =>
      extra.some((line) => line.startsWith('readinessProbe')) ? '' : probe,
    )
    const added = extra.filter((line) => line !== 'readinessProbe: null')
    const lines = [container(added), volume ?? ''].filter((line) => line !== '').join('\n')
    const manifest = base.replace(/\n\n*---/, `\n${lines}\n---`)
    const image =
      'image' in given && given.image === 'crash'
        ? { image: await world.image('echo bye; sleep 1; exit 7') }
        : {}
    const isQuota = name === 'quota'
    if (isQuota) await world.kubectl('create', 'quota', 'none', '--hard=pods=0')
    const start = Date.now()
    const { failure, outputs } = await first(name, manifest, { ...given, ...image })
    if (isQuota) await world.kubectl('delete', 'quota', 'none')
    expect(failure).toMatch(says)
    expect(failure).toContain('What was there before the first release is in force again')
    expect(outputs).toMatchObject({ status: 'rolled-back', digest: '', revision: '' })
    expect(await left(name)).toBe('')
    expect((Date.now() - start) / 1000).toBeLessThan(45)
  })
})

describe('deploy-oke, when its first release fails,', () => {
  it('puts back what others had deployed before', async () => {
    const foreign = application({ name: 'foreign' }).replace('image: hello', `image: ${good}`)
    await world.write('foreign.yml', foreign.replaceAll('targetPort: 8080', 'targetPort: 81'))
    await world.kubectl('apply', '--filename', `${world.folder}/workspace/foreign.yml`)
    await world.kubectl('rollout', 'status', 'deployment/foreign')
    const image = await world.image('exit 9')
    const { failure, outputs } = await first('foreign', application({ name: 'foreign' }), { image })
    expect(failure).toContain('exited with 9')
    expect(outputs).toMatchObject({ status: 'rolled-back' })
    const path = '--output=jsonpath={..image} {..targetPort}'
    expect(await world.kubectl('get', 'deployment/foreign', path)).toContain(digestOf(good))
    expect(await world.kubectl('get', 'service/foreign', path)).toContain('81')
  })
})
