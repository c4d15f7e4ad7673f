import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { runBundle, startFaultyProxy } from '@oke-pipeline/testing'
import type { BundleResult, FaultRule, FaultyProxy } from '@oke-pipeline/testing'
import { application, changedKubeconfig, makeWorld, plainTarget, serving } from './world.ts'
import type { World } from './world.ts'

let world: World
let proxy: FaultyProxy
let kubeconfig = ''
const images = { red: '', blue: '' }
type Colour = keyof typeof images
/** What is in force when a test begins. */
let now: Colour = 'red'

const configMap = (name: string, colour: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { colour: ${colour} }\n---\n`

const hook = (moment: string): string => `apiVersion: batch/v1
kind: Job
metadata: { name: ${moment}, annotations: { oke-pipeline.dev/hook: ${moment} } }
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: job, image: hello, command: [/bin/busybox, 'true'] }]
---
`

beforeAll(async () => {
  world = await makeWorld('kill')
  for (const colour of ['red', 'blue'] as const) {
    images[colour] = await world.image(serving, colour)
    const own = configMap('settings', colour) + configMap(`only-${colour}`, colour)
    await world.write(`${colour}/config.yml`, own)
    await world.write(`${colour}/app.yml`, application())
    await world.write(`hooks/${colour}.yml`, hook('before') + hook('after'))
  }
  proxy = await startFaultyProxy(plainTarget(world.kubeconfig))
  const cluster = { server: proxy.url.href, 'certificate-authority-data': undefined }
  kubeconfig = changedKubeconfig(world.kubeconfig, { user: {}, cluster })
  expect((await world.deploy({ image: images.red, manifests: 'red' })).failure).toBe('')
}, 120_000)

afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await world.close()
})

interface Point {
  readonly name: string
  readonly method: string
  readonly path: RegExp
  /** How many such requests pass before the one at which the step is stopped. */
  readonly after?: number
  readonly withHooks?: boolean
  /** Whether it is stopped by SIGINT as well; cancel.real and cancel-moments have more of these. */
  readonly isCancelled?: boolean
}

/** Requests of every phase; at each, the step is stopped while it waits for the answer. */
const points: readonly Point[] = [
  { name: 'looks at the lock', method: 'GET', path: /\/leases\// },
  { name: 'takes the lock', method: 'PUT', path: /\/leases\//, isCancelled: true },
  { name: 'reads the history', method: 'GET', path: /\/secrets\?/ },
  { name: 'plans', method: 'PATCH', path: /\/deployments\/hello\?.*dryRun/, isCancelled: true },
  { name: 'opens the record', method: 'POST', path: /\/secrets\?/ },
  {
    name: 'starts the first hook',
    method: 'PATCH',
    path: /\/jobs\/before\?(?!.*dryRun)/,
    withHooks: true,
    isCancelled: true,
  },
  {
    name: 'applies the first object',
    method: 'PATCH',
    path: /\/configmaps\/settings\?(?!.*dryRun)/,
  },
  { name: 'applies a new object', method: 'PATCH', path: /\/configmaps\/only-\w+\?(?!.*dryRun)/ },
  {
    name: 'applies the workload',
    method: 'PATCH',
    path: /\/deployments\/hello\?(?!.*dryRun)/,
    isCancelled: true,
  },
  { name: 'waits', method: 'GET', path: /\/replicasets/, isCancelled: true },
  {
    name: 'starts the last hook',
    method: 'PATCH',
    path: /\/jobs\/after\?(?!.*dryRun)/,
    withHooks: true,
    isCancelled: true,
  },
  {
    name: 'puts the release in force',
    method: 'PATCH',
    path: /\/secrets\/oke-pipeline\.hello\.v\d+\?/,
  },
  {
    name: 'supersedes the old record',
    method: 'PATCH',
    path: /\/secrets\/oke-pipeline\.hello\.v\d+\?/,
    after: 1,
  },
  {
    name: 'deletes what is left over',
    method: 'DELETE',
    path: /\/configmaps\/only-\w+\?(?!.*dryRun)/,
  },
  { name: 'releases the lock', method: 'PUT', path: /\/leases\//, after: 1 },
]

function rulesOf({ method, path, after = 0 }: Point): readonly FaultRule[] {
  const pass = { method, path, fault: { kind: 'delay', seconds: 0 }, times: after } as const
  const stop = { method, path, fault: { kind: 'silence' } } as const
  return after === 0 ? [stop] : [pass, stop]
}

function step(colour: Colour, point: Point, state?: BundleResult['state']) {
  const manifests = point.withHooks === true ? `${colour}\nhooks/${colour}.yml` : colour
  const inputs = world.inputs({ image: images[colour], manifests, kubeconfig })
  const { folder } = world
  return { action: 'deploy-oke', folder, inputs, ...(state === undefined ? {} : { state }) }
}

/** Deploys, and sends the signal at the moment when the step makes that request. */
async function stoppedAt(
  point: Point,
  colour: Colour,
  signal: NodeJS.Signals,
): Promise<BundleResult> {
  const wanted = proxy.faults() + (point.after ?? 0) + 1
  proxy.add(...rulesOf(point))
  let kill: (() => void) | undefined
  const running = runBundle({
    ...step(colour, point),
    onStart: (process) => (kill = () => void process.kill(signal)),
  })
  for (let look = 0; proxy.faults() < wanted; look += 1) {
    if (look > 3000) throw new Error('The step has not come to this point.')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  kill?.()
  return running
}

/** The release that is there as a whole: every object of it, and none of the other. */
async function whole(): Promise<string> {
  const image = await world.kubectl(
    'get',
    'deployment/hello',
    '--output=jsonpath={..spec.template..image}',
  )
  const settings = await world.kubectl(
    'get',
    'configmap/settings',
    '--output=jsonpath={.data.colour}',
  )
  const maps = await world.kubectl('get', 'configmaps', '--output=jsonpath={..metadata.name}')
  const only = maps.split(' ').filter((name) => name.startsWith('only-'))
  const found = Object.entries(images).find(([, value]) => value === image)?.[0] ?? image
  return [found, settings, ...only].join(' ')
}

function wholeOf(colour: Colour): string {
  return `${colour} ${colour} only-${colour}`
}

/** In force, but the next run has still to delete what the old one left. */
function unprunedOf(colour: Colour): string {
  return `${colour} ${colour} only-blue only-red`
}

const cases = points.flatMap((point) => [
  ...(point.isCancelled === true ? [{ ...point, signal: 'SIGINT' as const }] : []),
  { ...point, signal: 'SIGKILL' as const },
])

// Each test goes on with what the one before has left.
describe('deploy-oke, stopped in the middle of what it does,', () => {
  it.each(cases)(
    'by $signal while it $name, leaves one release whole',
    async ({ signal, ...point }) => {
      const next: Colour = now === 'red' ? 'blue' : 'red'
      const main = await stoppedAt(point, next, signal)
      const post = await runBundle(step(next, point, main.state))
      expect(post).toMatchObject({ exitCode: 0 })
      expect([wholeOf(now), wholeOf(next), unprunedOf(next)]).toContain(await whole())
      const holder = '--output=jsonpath={.spec.holderIdentity}'
      expect(await world.kubectl('get', 'lease/oke-pipeline.hello', holder)).toBe('')
      const { failure } = await world.deploy({ image: images[next], manifests: next })
      expect(failure).toBe('')
      expect(await whole()).toBe(wholeOf(next))
      now = next
    },
  )

  it('has left no record that is still pending', async () => {
    const label = 'oke-pipeline.dev/outcome=pending'
    expect(await world.kubectl('get', 'secrets', '--selector', label, '--output', 'name')).toBe('')
  })
})
