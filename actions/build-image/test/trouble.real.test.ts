import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { recordingRunner } from '@oke-pipeline/testing'
import { runCommand } from '../../../test/lab/command.ts'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'
import { post } from '../src/post.ts'
import { allFiles, buildWorld } from './build-harness.ts'
import type { BuildWorld } from './build-harness.ts'
import { startBuilder } from './own-builder.ts'

const buildKit = ['buildx', 'buildctl']
let world: BuildWorld

beforeEach(async () => {
  world = await buildWorld()
})

afterEach(() => world.remove())

describe.each(buildKit)('a Dockerfile that is wrong, with %s', (engine) => {
  it.each([
    { name: 'an instruction that there is not', lines: ['FROM busybox:1', 'RUNN x'], line: 2 },
    { name: 'a file that is not there', lines: ['FROM busybox:1', '', 'COPY no /'], line: 3 },
    { name: 'a base that is not there', lines: ['FROM no-such-base:1'], line: 1 },
    { name: 'a step that fails', lines: ['FROM busybox:1', 'RUN exit 7'], line: 2 },
  ])('is pointed at: $name', async ({ lines, line }) => {
    await world.dockerfile(...lines)
    const building = world.build({ engine })
    await expect(building).rejects.toMatchObject({ place: { file: 'Dockerfile', line } })
  })

  it('gets remarks at its lines, also where the build fails', async () => {
    await world.dockerfile('FROM busybox:1 AS Upper', 'ENV API_TOKEN=x', 'RUN exit 1')
    const { environment } = currentLab()
    const runner = recordingRunner({ folder: world.folder, environment, inputs: { engine } })
    await expect(main(runner)).rejects.toThrow(/exit code: 1/)
    const remarks = runner.annotations.map(({ message, place }) => [
      message.slice(0, message.indexOf(':')),
      place?.line,
    ])
    expect(remarks).toEqual(
      expect.arrayContaining([
        ['StageNameCasing', 1],
        ['SecretsUsedInArgOrEnv', 2],
      ]),
    )
  })
})

describe.each(buildKit)('a builder that dies in the middle of a build, with %s', (engine) => {
  it('is told from a build that failed, and leaves the layout of before', async () => {
    await world.dockerfile('FROM busybox:1', 'RUN echo 1 > /first')
    const first = await world.build({ engine })
    const builder = await startBuilder(join(world.folder, 'own'))
    const environment = { ...builder.environment, BUILDX_CONFIG: join(world.folder, 'buildx') }
    await createRemote(environment, builder.address)
    await world.dockerfile('FROM busybox:1', `RUN echo ready-${Date.now()}; sleep 60`)
    const runner = recordingRunner({ folder: world.folder, environment, inputs: { engine } })
    const info = runner.log.info.bind(runner.log)
    const log = {
      ...runner.log,
      info(text: string) {
        info(text)
        if (/^ {2}ready-/.test(text)) void builder.kill()
      },
    }
    await expect(main({ ...runner, log })).rejects.toMatchObject({
      name: 'ServiceError',
      title: 'The builder stopped answering',
    })
    const layout = first.outputs.layout ?? ''
    expect(layout).not.toBe('')
    const digest = (first.outputs.digest ?? '').slice('sha256:'.length)
    const files = (await allFiles(layout)).map((bytes) => bytes.toString('latin1'))
    expect(files.some((text) => text.includes(digest))).toBe(true)
  })
})

async function createRemote(
  environment: Readonly<Record<string, string>>,
  address: string,
): Promise<void> {
  const names = ['--name', environment.BUILDX_BUILDER ?? 'lab', '--driver', 'remote', address]
  await runCommand('buildx', ['create', ...names], { environment })
}

describe('a program of another platform', () => {
  it('asks for an emulator', async () => {
    // The header of an executable for a machine that this one is not, whatever it is.
    const header = Buffer.alloc(64)
    header.write('\u007fELF\u0002\u0001\u0001', 'latin1')
    header.writeUInt16LE(2, 16)
    header.writeUInt16LE(0xf3, 18)
    await writeFile(join(world.folder, 'workspace/foreign'), header)
    await world.dockerfile(
      'FROM busybox:1',
      'COPY --chmod=755 foreign /bin/foreign',
      'RUN ["/bin/foreign"]',
    )
    const building = world.build({ engine: 'buildctl' })
    await expect(building).rejects.toThrow(/exec format error[^]*docker\/setup-qemu-action/)
  })
})

describe('the post step', () => {
  it('removes what a killed step left half written', async () => {
    const layout = join(world.folder, 'temp/image-layout.oke-pipeline-1')
    await world.write('x', 'x')
    await writeFile(layout, 'half of it')
    const state = { unfinishedLayout: layout }
    const { environment } = currentLab()
    await post(recordingRunner({ folder: world.folder, environment, state }))
    await expect(rm(layout)).rejects.toThrow(/ENOENT/)
  })

  it('removes the image of a build that buildah did not end', async () => {
    await world.dockerfile('FROM busybox:1', 'RUN echo half')
    const { environment } = currentLab()
    const name = `oke-pipeline-${Date.now()}`
    const context = join(world.folder, 'workspace')
    await runCommand('buildah', ['build', '--tag', name, context], { environment })
    const state = { buildahImage: name }
    await post(recordingRunner({ folder: world.folder, environment, state }))
    // Not by a list: that fails while another test removes an image.
    const inspect = ['inspect', '--type', 'image', name]
    await expect(runCommand('buildah', inspect, { environment })).rejects.toThrow(name)
  })
})
