import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { wildReleases } from './wild-manifests.ts'
import type { WildRelease } from './wild-manifests.ts'
import { digestOf, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

let world: World
let one = ''
let two = ''

beforeAll(async () => {
  world = await makeWorld('wild')
  one = await world.image(serving, 'wild one')
  two = await world.image(serving, 'wild two')
}, 60_000)

afterAll(async () => {
  const home = world.namespace
  await world.kubectl('delete', 'crd', `caches.${home}.example.com`, '--ignore-not-found')
  await world.kubectl('delete', 'pv', `${home}-data`, '--ignore-not-found', '--wait=false')
  await world.close()
}, 60_000)

function inThisWorld(text: string): string {
  return text.replaceAll('HOME', world.namespace).replaceAll('FOLDER', world.folder)
}

async function write(
  folder: string,
  files: Readonly<Record<string, string | null>>,
): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = `${folder}/${path}`
    if (text === null) await rm(join(world.folder, 'workspace', file))
    else await world.write(file, inThisWorld(text))
  }
}

async function namesOf(objects: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    objects.map(async (object) => {
      const args = ['get', inThisWorld(object), '--ignore-not-found', '--output=name']
      return (await world.kubectl(...args)) === '' ? [] : [object]
    }),
  )
  return found.flat()
}

describe('deploy-oke installs, leaves alone, upgrades and prunes', () => {
  const cases = wildReleases.map((release, index) => ({ ...release, folder: `wild-${index}` }))
  it.each(cases)(
    '$name',
    async ({ folder, first, second, inputs, made, pruned }: WildRelease & { folder: string }) => {
      const given = Object.fromEntries(
        Object.entries({ manifests: folder, ...inputs }).map(([name, text]) => [
          name,
          text.replace('FILES', folder),
        ]),
      )
      const deploy = (image: string): ReturnType<World['deploy']> =>
        world.deploy({ ...given, release: folder, image })

      await write(folder, first)
      const installed = await deploy(one)
      expect(installed.failure).toBe('')
      expect(installed.outputs).toMatchObject({ status: 'deployed', digest: digestOf(one) })
      expect(await namesOf(made)).toEqual(made)

      const again = await deploy(one)
      expect(again.failure).toBe('')
      expect(again.outputs).toMatchObject({ status: 'unchanged', release: '1' })

      await write(folder, second)
      const upgraded = await deploy(two)
      expect(upgraded.failure).toBe('')
      expect(upgraded.outputs).toMatchObject({
        status: 'deployed',
        digest: digestOf(two),
        'previous-digest': digestOf(one),
      })
      expect(await namesOf(made)).toEqual(made.filter((object) => !pruned.includes(object)))
    },
    90_000,
  )
})
