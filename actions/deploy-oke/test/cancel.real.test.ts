import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { runBundle } from '@oke-pipeline/testing'
import type { BundleResult } from '@oke-pipeline/testing'
import { application, digestOf, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

let world: World
let one = ''
let two = ''
/** Never becomes ready. */
const stuck = application({
  hasProbe: false,
  extra: "          readinessProbe: { exec: { command: [/bin/busybox, 'false'] } }",
})

beforeAll(async () => {
  world = await makeWorld('cancel')
  await world.write('k8s/app.yml', application())
  one = await world.image(serving, 'one')
  two = await world.image(serving, 'two')
  const { failure } = await world.deploy({ image: one })
  expect(failure).toBe('')
  await world.write('stuck/app.yml', stuck)
  await world.write(
    'stuck/added.yml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: added }\n',
  )
}, 90_000)

afterAll(() => world.close())

function step(state?: Readonly<Record<string, string>>): Parameters<typeof runBundle>[0] {
  return {
    action: 'deploy-oke',
    folder: world.folder,
    inputs: world.inputs({ image: two, manifests: 'stuck' }),
    ...(state === undefined ? {} : { state }),
  }
}

/** Deploys what never becomes ready, and sends a signal once it is applied. */
async function interrupted(signal: NodeJS.Signals): Promise<BundleResult> {
  let process: { kill(signal: NodeJS.Signals): boolean } | undefined
  const running = runBundle({ ...step(), onStart: (started) => (process = started) })
  await applied(two)
  process?.kill(signal)
  return running
}

async function applied(image: string): Promise<void> {
  for (let look = 0; look < 100; look += 1) if ((await imageInSpec()) === image) return
  throw new Error(`${image} was not applied`)
}

function imageInSpec(): Promise<string> {
  return world.kubectl('get', 'deployment/hello', '--output=jsonpath={..spec.template..image}')
}

function outcomeOf(revision: number): Promise<string> {
  const path = '--output=jsonpath={.metadata.labels.oke-pipeline\\.dev/outcome}'
  return world.kubectl('get', 'secret', `oke-pipeline.hello.v${revision}`, path)
}

async function configMaps(): Promise<string> {
  return world.kubectl('get', 'configmaps', '--output', 'name')
}

describe('deploy-oke, interrupted while it waits,', () => {
  it('puts the old objects back at once when the job is cancelled, and post sees to the rest', async () => {
    const start = Date.now()
    const main = await interrupted('SIGINT')
    expect(main.exitCode).toBe(1)
    expect(main.log).toContain('Cancelled: putting back what was there before.')
    expect(await imageInSpec()).toBe(one)
    expect(await configMaps()).not.toContain('added')
    expect((Date.now() - start) / 1000).toBeLessThan(15)
    expect(await outcomeOf(2)).toBe('pending')
    const post = await runBundle(step(main.state))
    expect(post.log).toContain('was interrupted. Revision 1')
    expect(post).toMatchObject({ exitCode: 0 })
    expect(post.summary).toContain('is in force again and ready')
    expect(await outcomeOf(2)).toBe('rolled-back')
    expect(new Set(await world.imageIds())).toEqual(new Set([one]))
  })

  it('is rolled back by post when it was killed', async () => {
    const main = await interrupted('SIGKILL')
    expect(await imageInSpec()).toBe(two)
    const post = await runBundle(step(main.state))
    expect(post).toMatchObject({ exitCode: 0 })
    expect(await imageInSpec()).toBe(one)
    expect(await configMaps()).not.toContain('added')
    expect(await outcomeOf(3)).toBe('rolled-back')
  })

  it('is overtaken by the next run when post could not run either', async () => {
    await interrupted('SIGKILL')
    const { failure, outputs } = await world.deploy({ image: two })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', release: '5', digest: digestOf(two) })
    expect(await outcomeOf(4)).toBe('failed')
    expect(await configMaps()).not.toContain('added')
  })

  it('has nothing left to do in post after a release that went well', async () => {
    const inputs = world.inputs({ image: one })
    const main = await runBundle({ action: 'deploy-oke', folder: world.folder, inputs })
    expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'deployed', release: '6' } })
    const post = await runBundle({ ...step(main.state), inputs })
    expect(post).toMatchObject({ exitCode: 0, summary: '' })
    expect(await outcomeOf(6)).toBe('deployed')
  })
})
