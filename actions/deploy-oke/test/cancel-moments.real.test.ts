import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { recordingLog, recordingRunner } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'
import { application, crashing, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

const { environment } = currentLab()
let world: World
let one = ''
let two = ''
let broken = ''

const extra = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`

beforeAll(async () => {
  world = await makeWorld('moments')
  one = await world.image(serving, 'one')
  two = await world.image(serving, 'two')
  broken = await world.image(crashing)
  await world.write('k8s/app.yml', application())
  await world.write('k8s/old.yml', extra('old'))
  await world.write('broken/app.yml', application())
  await world.write('broken/added.yml', extra('added'))
  await world.write('next/app.yml', application())
  expect((await world.deploy({ image: one })).failure).toBe('')
}, 90_000)

afterAll(() => world.close())

/** Deploys, and cancels the job at the moment when the log has a line that starts so. */
async function cancelledAt(
  line: string,
  given: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const cancel = new AbortController()
  const logged: string[] = []
  const log = recordingLog(logged)
  const info = (text: string): void => {
    log.info(text)
    if (text.startsWith(line)) cancel.abort(new Error('cancelled'))
  }
  const runner = recordingRunner({
    folder: world.folder,
    inputs: world.inputs(given),
    environment,
    signal: cancel.signal,
    ports: { log: { ...log, info } },
  })
  await expect(main(runner)).rejects.toThrow('cancelled')
  return logged
}

function present(): Promise<string> {
  return world.kubectl('get', 'deployments,configmaps', '--output=jsonpath={..name} {..image}')
}

function outcomeOf(revision: number): Promise<string> {
  const path = '--output=jsonpath={.metadata.labels.oke-pipeline\\.dev/outcome}'
  return world.kubectl('get', 'secret', `oke-pipeline.hello.v${revision}`, path)
}

// Each test goes on with what the one before has left.
describe('deploy-oke, cancelled', () => {
  it('while it rolls back, still puts all of the old release back', async () => {
    const logged = await cancelledAt('Rolling back', { image: broken, manifests: 'broken' })
    expect(logged).toContain('Cancelled: putting back what was there before.')
    const there = await present()
    expect(there).toContain(one)
    expect(there).not.toContain(broken)
    expect(there).not.toContain('added')
    expect(await outcomeOf(2)).toBe('pending')
  })

  it('while it puts a ready release in force, keeps that release', async () => {
    await cancelledAt('Deleting ConfigMap/old', { image: two, manifests: 'next' })
    expect(await present()).toContain(two)
    expect(await outcomeOf(3)).toBe('deployed')
    expect(await outcomeOf(1)).toBe('superseded')
  })

  it('is finished by the next run', async () => {
    const { failure, outputs } = await world.deploy({ image: two, manifests: 'next' })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ image: two })
    expect(await present()).not.toContain('old')
  })
})
