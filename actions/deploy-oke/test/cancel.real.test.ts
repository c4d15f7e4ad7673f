import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { recordingLog, recordingRunner, runBundle, startLanes } from '@oke-pipeline/testing'
import type { BundleResult, Ends, Step } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'
import { application, crashing, digestOf, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

const { environment } = currentLab()
const extra = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`
/** Never becomes ready. */
const stuck = application({
  hasProbe: false,
  extra: "          readinessProbe: { exec: { command: [/bin/busybox, 'false'] } }",
})

/** A world in which the first release is in force. */
interface Scene extends World {
  readonly one: string
  readonly two: string
  readonly broken: string
}

const scenes: Record<'cancelled' | 'killed' | 'moments', Scene | undefined> = {
  cancelled: undefined,
  killed: undefined,
  moments: undefined,
}
let ends: Ends

beforeAll(async () => {
  const names = ['cancelled', 'killed', 'moments'] as const
  await Promise.all(names.map(async (name) => (scenes[name] = await makeScene(name))))
  ends = startLanes([cancelled, killed, moments])
}, 120_000)

afterAll(async () => {
  for (const scene of Object.values(scenes)) await scene?.close()
})

async function makeScene(name: string): Promise<Scene> {
  const world = await makeWorld(name)
  const [one, two, broken] = await Promise.all([
    world.image(serving, 'one'),
    world.image(serving, 'two'),
    world.image(crashing),
  ])
  await world.write('k8s/app.yml', application())
  await world.write('k8s/old.yml', extra('old'))
  await world.write('stuck/app.yml', stuck)
  await world.write('broken/app.yml', application())
  for (const folder of ['stuck', 'broken']) await world.write(`${folder}/added.yml`, extra('added'))
  await world.write('next/app.yml', application())
  expect((await world.deploy({ image: one })).failure).toBe('')
  return { ...world, one, two, broken }
}

function sceneOf(name: keyof typeof scenes): Scene {
  const scene = scenes[name]
  if (scene === undefined) throw new Error(`The scene "${name}" was not made`)
  return scene
}

function step(
  scene: Scene,
  state?: Readonly<Record<string, string>>,
): Parameters<typeof runBundle>[0] {
  return {
    action: 'deploy-oke',
    folder: scene.folder,
    inputs: scene.inputs({ image: scene.two, manifests: 'stuck' }),
    ...(state === undefined ? {} : { state }),
  }
}

/** Deploys what never becomes ready, and sends a signal once it is applied. */
async function interrupted(scene: Scene, signal: NodeJS.Signals): Promise<BundleResult> {
  let process: { kill(signal: NodeJS.Signals): boolean } | undefined
  const running = runBundle({ ...step(scene), onStart: (started) => (process = started) })
  await applied(scene, scene.two)
  process?.kill(signal)
  return running
}

async function applied(scene: Scene, image: string): Promise<void> {
  for (let look = 0; look < 200; look += 1) if ((await imageInSpec(scene)) === image) return
  throw new Error(`${image} was not applied`)
}

function imageInSpec({ kubectl }: Scene): Promise<string> {
  return kubectl('get', 'deployment/hello', '--output=jsonpath={..spec.template..image}')
}

function outcomeOf({ kubectl }: Scene, revision: number): Promise<string> {
  const path = '--output=jsonpath={.metadata.labels.oke-pipeline\\.dev/outcome}'
  return kubectl('get', 'secret', `oke-pipeline.hello.v${revision}`, path)
}

function present({ kubectl }: Scene): Promise<string> {
  return kubectl('get', 'deployments,configmaps', '--output=jsonpath={..name} {..image}')
}

/** Deploys, and cancels the job at the moment when the log has a line that starts so. */
async function cancelledAt(
  scene: Scene,
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
    folder: scene.folder,
    inputs: scene.inputs(given),
    environment,
    signal: cancel.signal,
    ports: { log: { ...log, info } },
  })
  await expect(main(runner)).rejects.toThrow('cancelled')
  return logged
}

const cancelled: readonly Step[] = [
  {
    name: 'puts the old objects back at once when the job is cancelled, and post sees to the rest',
    async run() {
      const scene = sceneOf('cancelled')
      const main = await interrupted(scene, 'SIGINT')
      expect(main.exitCode).toBe(1)
      expect(main.log).toContain('Cancelled: putting back what was there before.')
      expect(await imageInSpec(scene)).toBe(scene.one)
      expect(await present(scene)).not.toContain('added')
      expect(await outcomeOf(scene, 2)).toBe('pending')
      const post = await runBundle(step(scene, main.state))
      expect(post.log).toContain('was interrupted. Revision 1')
      expect(post).toMatchObject({ exitCode: 0 })
      expect(post.summary).toContain('is in force again and ready')
      expect(await outcomeOf(scene, 2)).toBe('rolled-back')
      expect(new Set(await scene.imageIds())).toEqual(new Set([scene.one]))
    },
  },
  {
    name: 'has nothing left to do in post after a release that went well',
    async run() {
      const scene = sceneOf('cancelled')
      const inputs = scene.inputs({ image: scene.two, manifests: 'next' })
      const main = await runBundle({ action: 'deploy-oke', folder: scene.folder, inputs })
      expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'deployed', release: '3' } })
      const post = await runBundle({ ...step(scene, main.state), inputs })
      expect(post).toMatchObject({ exitCode: 0, summary: '' })
      expect(await outcomeOf(scene, 3)).toBe('deployed')
    },
  },
]

const killed: readonly Step[] = [
  {
    name: 'is overtaken by the next run when it was killed and post could not run either',
    async run() {
      const scene = sceneOf('killed')
      await interrupted(scene, 'SIGKILL')
      const { failure, outputs } = await scene.deploy({ image: scene.two })
      expect(failure).toBe('')
      expect(outputs).toMatchObject({
        status: 'deployed',
        release: '3',
        digest: digestOf(scene.two),
      })
      expect(await outcomeOf(scene, 2)).toBe('failed')
      expect(await present(scene)).not.toContain('added')
    },
  },
]

const moments: readonly Step[] = [
  {
    name: 'while it rolls back, still puts all of the old release back',
    async run() {
      const scene = sceneOf('moments')
      const { one, broken } = scene
      const given = { image: broken, manifests: 'broken' }
      const logged = await cancelledAt(scene, 'Rolling back', given)
      expect(logged).toContain('Cancelled: putting back what was there before.')
      const there = await present(scene)
      expect(there).toContain(one)
      expect(there).not.toContain(broken)
      expect(there).not.toContain('added')
      expect(await outcomeOf(scene, 2)).toBe('pending')
    },
  },
  {
    name: 'while it puts a ready release in force, keeps that release',
    async run() {
      const scene = sceneOf('moments')
      await cancelledAt(scene, 'Deleting ConfigMap/old', { image: scene.two, manifests: 'next' })
      expect(await present(scene)).toContain(scene.two)
      expect(await outcomeOf(scene, 3)).toBe('deployed')
      expect(await outcomeOf(scene, 1)).toBe('superseded')
    },
  },
  {
    name: 'is finished by the next run',
    async run() {
      const scene = sceneOf('moments')
      const { failure, outputs } = await scene.deploy({ image: scene.two, manifests: 'next' })
      expect(failure).toBe('')
      expect(outputs).toMatchObject({ image: scene.two })
      expect(await present(scene)).not.toContain('old')
    },
  },
]

describe('deploy-oke, interrupted while it waits,', () => {
  it.each([...cancelled, ...killed])('$name', ({ name }) => ends.get(name))
})

describe('deploy-oke, cancelled', () => {
  it.each(moments)('$name', ({ name }) => ends.get(name))
})
