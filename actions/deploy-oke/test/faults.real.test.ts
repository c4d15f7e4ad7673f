import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { recordingRunner, startFaultyProxy } from '@oke-pipeline/testing'
import type { Fault, FaultRule, FaultyProxy, RecordingRunner } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'
import { application, changedKubeconfig, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

const lab = currentLab()

let world: World
let one = ''
let two = ''
/** Every call that a deployment makes, as method and path. */
let calls: ReadonlySet<string> = new Set()

beforeAll(async () => {
  world = await makeWorld('faults')
  one = await world.image(serving, 'one')
  two = await world.image(serving, 'two')
  const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n---\n'
  await world.write('k8s/app.yml', settings + application({ hasProbe: false }))
  await using proxy = await startProxy([])
  expect((await deployThrough(proxy, one)).outputs).toMatchObject({ status: 'deployed' })
  calls = new Set(proxy.requests.map(({ method, path }) => `${method} ${callOf(path)}`))
}, 60_000)

afterAll(() => world.close())

async function startProxy(rules: readonly FaultRule[]): Promise<FaultyProxy> {
  const access = JSON.parse(world.kubeconfig) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]
    users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[]
  }
  const plain = (text = ''): string => Buffer.from(text, 'base64').toString('utf8')
  const [cluster] = access.clusters
  const [user] = access.users
  return startFaultyProxy({
    url: new URL(cluster?.cluster.server ?? ''),
    tls: {
      ca: plain(cluster?.cluster['certificate-authority-data']),
      cert: plain(user?.user['client-certificate-data']),
      key: plain(user?.user['client-key-data']),
    },
    rules,
  })
}

async function deployThrough(proxy: FaultyProxy, image: string): Promise<RecordingRunner> {
  const kubeconfig = changedKubeconfig(world.kubeconfig, {
    user: {},
    cluster: { server: proxy.url.href, 'certificate-authority-data': undefined },
  })
  const runner = recordingRunner({
    folder: world.folder,
    inputs: world.inputs({ image, kubeconfig }),
    environment: lab.environment,
    // Of a jittered delay, the shortest.
    ports: { random: () => 0 },
  })
  await main(runner)
  return runner
}

/** A path without what differs from one deployment to the next, and whether it is a dry run. */
function callOf(path: string): string {
  const [bare = '', query = ''] = path.replace(/\.v\d+/, '.v0').split('?')
  return query.includes('dryRun') ? `${bare}?dryRun` : bare
}

function ruleFor(call: string, fault: Fault): FaultRule {
  const [method = '', path = ''] = call.split(' ')
  const [bare = '', dryRun] = path.split('?')
  const escaped = bare.replace(/[.]/g, '[.]').replace('[.]v0', '[.]v[0-9]+')
  const query = dryRun === undefined ? '(?!.*dryRun)' : '.*dryRun'
  return { method, path: new RegExp(`^${escaped}(?=[?]|$)${query}`), fault }
}

const faults: readonly { readonly name: string; readonly fault: Fault }[] = [
  {
    name: 'is refused as one too many (429)',
    fault: { kind: 'answer', status: 429, headers: { 'retry-after': '0' } },
  },
  { name: 'fails (500)', fault: { kind: 'answer', status: 500, body: 'oops' } },
  { name: 'is done, but its answer is lost', fault: { kind: 'cut-answer', afterBytes: 0 } },
]

describe('deploy-oke', () => {
  it.each(faults)('deploys all the same where every call $name once', async ({ fault }) => {
    await using proxy = await startProxy([...calls].map((call) => ruleFor(call, fault)))
    const runner = await deployThrough(proxy, two)
    expect(runner.outputs).toMatchObject({ status: 'deployed' })
    expect(await world.imageIds()).toEqual([two, two])
    expect(proxy.faults()).toBeGreaterThan(calls.size / 2)
    await using direct = await startProxy([])
    expect((await deployThrough(direct, one)).outputs).toMatchObject({ status: 'deployed' })
  })
})
