import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { FaultRule } from '@oke-pipeline/testing'
import { application, changedKubeconfig, digestOf, faultyCluster, makeWorld } from './world.ts'
import { serving } from './world.ts'
import type { Deployed, World } from './world.ts'

const watches = /watch=1/
const always = Number.POSITIVE_INFINITY

const tooOld = JSON.stringify({
  type: 'ERROR',
  object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' },
})

const cases: readonly { readonly name: string; readonly rules: readonly FaultRule[] }[] = [
  { name: 'nothing', rules: [] },
  {
    name: 'ended-early',
    rules: [{ path: watches, fault: { kind: 'cut-answer', afterBytes: 3000 }, times: always }],
  },
  {
    name: 'reset',
    rules: [{ path: watches, fault: { kind: 'cut-answer', afterBytes: 0 }, times: 12 }],
  },
  {
    name: 'too-old-event',
    rules: [{ path: watches, fault: { kind: 'answer', status: 200, body: tooOld }, times: 12 }],
  },
  {
    name: 'too-old',
    rules: [{ path: watches, fault: { kind: 'answer', status: 410 }, times: 12 }],
  },
  {
    name: 'throttled',
    rules: [
      {
        path: watches,
        fault: { kind: 'answer', status: 429, headers: { 'retry-after': '1' } },
        times: 6,
      },
    ],
  },
  {
    name: 'broken',
    rules: [{ path: watches, fault: { kind: 'answer', status: 500, body: 'oops' }, times: always }],
  },
  { name: 'silent', rules: [{ path: /pods\?.*watch=1/, fault: { kind: 'silence' } }] },
  {
    name: 'garbled',
    rules: [{ path: watches, fault: { kind: 'answer', status: 200, body: '<html>' }, times: 12 }],
  },
]

let world: World
let good = ''
let crash = ''
let runs: ReadonlyMap<string, Run>

interface Run {
  readonly good: Deployed
  readonly crashed: Deployed
  readonly faults: number
  readonly lists: number
  readonly watches: number
}

beforeAll(async () => {
  world = await makeWorld('watch')
  good = await world.image(serving, 'watch')
  crash = await world.image('echo no; sleep 1; exit 4')
  const pairs = cases.map(async (each) => [each.name, await run(each)] as const)
  runs = new Map(await Promise.all(pairs))
}, 180_000)

afterAll(() => world.close())

async function run({ name, rules }: (typeof cases)[number]): Promise<Run> {
  await using faulty = await faultyCluster(world, rules)
  const { proxy, kubeconfig } = faulty
  await world.write(`${name}/app.yml`, application({ name }))
  const given = { manifests: name, release: name, kubeconfig, 'min-ready': '3s' }
  const first = await world.deploy({ ...given, image: good })
  const crashed = await world.deploy({ ...given, image: crash })
  const seen = proxy.requests.filter(({ path }) => /\/pods(\?|$)/.test(path))
  const watched = seen.filter(({ path }) => path.includes('watch=1')).length
  return {
    good: first,
    crashed,
    faults: proxy.faults(),
    watches: watched,
    lists: seen.length - watched,
  }
}

describe('deploy-oke comes to the same result when watches meet with', () => {
  it.each(cases)('$name', ({ name, rules }) => {
    const found = runs.get(name)
    expect(found?.good.failure).toBe('')
    expect(found?.good.outputs).toMatchObject({ status: 'deployed', digest: digestOf(good) })
    expect(found?.crashed.failure).toMatch(/container "web" exited with 4 \(\w+\): no/)
    expect(found?.crashed.outputs).toMatchObject({ status: 'rolled-back', digest: digestOf(good) })
    expect((found?.faults ?? 0) > 0).toBe(rules.length > 0)
  })
})

describe('deploy-oke', () => {
  it('watches pods instead of listing them again and again', () => {
    const found = runs.get('nothing')
    expect(found?.watches).toBeGreaterThanOrEqual(3)
    // Of three waits: before each the rights are looked at, each begins with a list and ends with
    // a fresh look, and a list every 20 s is for safety.
    expect(found?.lists).toBeLessThan(15)
  })

  it('asks instead, and says so, where it may not watch', async () => {
    const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
    const role = /<!-- role:start -->\s+```yaml\n([^]*?)```/.exec(readme)?.[1] ?? ''
    await world.write('role.yml', role.replaceAll(/, watch|watch, /g, ''))
    await world.kubectl('apply', '--filename', join(world.folder, 'workspace/role.yml'))
    await world.kubectl('create', 'serviceaccount', 'blind')
    const subject = `--serviceaccount=${world.namespace}:blind`
    await world.kubectl('create', 'rolebinding', 'blind', '--role=oke-pipeline-deploy', subject)
    const token = (await world.kubectl('create', 'token', 'blind')).trim()
    const kubeconfig = changedKubeconfig(world.kubeconfig, { user: { token } })
    await world.write('blind/app.yml', application({ name: 'blind' }))
    const given = { manifests: 'blind', release: 'blind', image: good, kubeconfig }
    const { failure, outputs, logged } = await world.deploy(given)
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed' })
    const told = logged.filter((line) => line.includes('may not be watched'))
    expect(told).toEqual([expect.stringMatching(/may not watch \w+.*once a second/)])
  })
})
