import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { runBundle, startLanes } from '@oke-pipeline/testing'
import type { BundleResult, Ends, FaultRule } from '@oke-pipeline/testing'
import { application, faultyCluster, makeWorld, serving } from './world.ts'
import type { FaultyCluster, World } from './world.ts'

type Colour = 'red' | 'blue'

/** A namespace in which some of the tests take their turn. */
interface Arena {
  readonly world: World
  readonly faulty: FaultyCluster
  readonly images: Readonly<Record<Colour, string>>
  /** What is in force when a test begins. */
  now: Colour
}

const arenas: Arena[] = []
let ends: Ends

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
  arenas.push(...(await Promise.all(lanes.map(makeArena))))
  ends = startLanes(
    lanes.map((lane, index) =>
      lane.map((each) => ({ name: nameOf(each), run: () => stopAndGoOn(arenaAt(index), each) })),
    ),
  )
}, 120_000)

afterAll(async () => {
  for (const { world, faulty } of arenas) {
    await faulty[Symbol.asyncDispose]()
    await world.close()
  }
})

async function makeArena(): Promise<Arena> {
  const world = await makeWorld('kill')
  const images = { red: '', blue: '' }
  for (const colour of ['red', 'blue'] as const) {
    images[colour] = await world.image(serving, colour)
    const own = configMap('settings', colour) + configMap(`only-${colour}`, colour)
    await world.write(`${colour}/config.yml`, own)
    await world.write(`${colour}/app.yml`, application())
    await world.write(`hooks/${colour}.yml`, hook('before') + hook('after'))
  }
  const faulty = await faultyCluster(world, [])
  expect((await world.deploy({ image: images.red, manifests: 'red' })).failure).toBe('')
  return { world, faulty, images, now: 'red' }
}

function arenaAt(index: number): Arena {
  const arena = arenas[index]
  if (arena === undefined) throw new Error(`There is no arena ${index}`)
  return arena
}

interface Point {
  readonly name: string
  readonly method: string
  readonly path: RegExp
  /** How many such requests pass before the one at which the step is stopped. */
  readonly after?: number
  readonly withHooks?: boolean
  /** Whether it is stopped by SIGINT as well; cancel.real has more of these. */
  readonly isCancelled?: boolean
  /** Whether the old release must be there afterwards, since the new one was never ready. */
  readonly isUndone?: boolean
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
    isUndone: true,
  },
  { name: 'waits', method: 'GET', path: /\/replicasets/, isCancelled: true, isUndone: true },
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

function step(
  { world, faulty, images }: Arena,
  { point, colour, state }: { point: Point; colour: Colour; state?: BundleResult['state'] },
): Parameters<typeof runBundle>[0] {
  const { kubeconfig } = faulty
  const manifests = point.withHooks === true ? `${colour}\nhooks/${colour}.yml` : colour
  const inputs = world.inputs({ image: images[colour], manifests, kubeconfig })
  const { folder } = world
  return { action: 'deploy-oke', folder, inputs, ...(state === undefined ? {} : { state }) }
}

/** Deploys, and sends the signal at the moment when the step makes that request. */
async function stoppedAt(arena: Arena, point: Case, colour: Colour): Promise<BundleResult> {
  const { proxy } = arena.faulty
  const wanted = proxy.faults() + (point.after ?? 0) + 1
  proxy.add(...rulesOf(point))
  let kill: (() => void) | undefined
  const running = runBundle({
    ...step(arena, { point, colour }),
    onStart: (process) => (kill = () => void process.kill(point.signal)),
  })
  for (let look = 0; proxy.faults() < wanted; look += 1) {
    if (look > 6000) throw new Error('The step has not come to this point.')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  kill?.()
  return running
}

/** The release that is there as a whole: every object of it, and none of the other. */
async function whole({ world, images }: Arena): Promise<string> {
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

interface Case extends Point {
  readonly signal: NodeJS.Signals
}

const cases: readonly Case[] = points.flatMap((point) => [
  ...(point.isCancelled === true ? [{ ...point, signal: 'SIGINT' as const }] : []),
  { ...point, signal: 'SIGKILL' as const },
])

// They wait for pods most of the time: several namespaces do it together.
const atOnce = 4
const lanes = Array.from({ length: atOnce }, (_, lane) =>
  cases.filter((_each, index) => index % atOnce === lane),
)

function nameOf({ name, signal }: Case): string {
  return `by ${signal} while it ${name}, leaves one release whole`
}

/** Each goes on with what the one before in its namespace has left. */
async function stopAndGoOn(arena: Arena, point: Case): Promise<void> {
  const { world, images, now } = arena
  const next: Colour = now === 'red' ? 'blue' : 'red'
  const main = await stoppedAt(arena, point, next)
  const post = await runBundle(step(arena, { point, colour: next, state: main.state }))
  expect(post).toMatchObject({ exitCode: 0 })
  const allowed = [wholeOf(now), wholeOf(next), unprunedOf(next)]
  expect(point.isUndone === true ? [wholeOf(now)] : allowed).toContain(await whole(arena))
  const holder = '--output=jsonpath={.spec.holderIdentity}'
  expect(await world.kubectl('get', 'lease/oke-pipeline.hello', holder)).toBe('')
  const { failure } = await world.deploy({ image: images[next], manifests: next })
  expect(failure).toBe('')
  expect(await whole(arena)).toBe(wholeOf(next))
  arena.now = next
}

describe('deploy-oke, stopped in the middle of what it does,', () => {
  it.each(cases.map(nameOf))('%s', (name) => ends.get(name))

  it('has left no record that is still pending', async () => {
    const label = 'oke-pipeline.dev/outcome=pending'
    for (const { world } of arenas) {
      const found = await world.kubectl('get', 'secrets', '--selector', label, '--output', 'name')
      expect(found).toBe('')
    }
  })
})
