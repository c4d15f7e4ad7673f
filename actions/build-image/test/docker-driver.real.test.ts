import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { openLayout } from '@oke-pipeline/image'
import { recordingRunner } from '@oke-pipeline/testing'
import { post } from '../src/post.ts'
import { buildWorld } from './build-harness.ts'
import type { BuildWorld } from './build-harness.ts'
import { loadBuildKitImage, startDocker } from './own-docker.ts'
import type { OwnDocker } from './own-docker.ts'

let folder: string
let docker: OwnDocker
let world: BuildWorld

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dk-'))
  docker = await startDocker(folder)
  await loadBuildKitImage(docker, folder)
})

afterAll(async () => {
  await docker.kill()
  await rm(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  world = await buildWorld()
  await world.dockerfile('FROM scratch', 'COPY Dockerfile /')
})

afterEach(() => world.remove())

describe('a docker engine without the containerd image store', () => {
  it('gets a builder for this job, which builds for several platforms and is gone afterwards', async () => {
    const { environment } = docker
    const runner = await world.build({ platforms: 'linux/amd64,linux/arm64' }, { environment })
    const log = runner.logged.join('\n')
    expect(log).toMatch(/Builds with buildx .* with a builder made for this job/)
    expect(log).toContain('the docker driver without the containerd image store')
    const layout = await openLayout(runner.outputs.layout ?? '')
    expect(layout.platforms).toEqual(['linux/amd64', 'linux/arm64'])
    expect(layout.digest).toBe(runner.outputs.digest)

    expect(await docker.run('ps', '--format', '{{.Names}}')).toMatch(
      /^buildx_buildkit_oke-pipeline-/,
    )
    await post(recordingRunner({ folder: world.folder, environment, state: runner.states }))
    expect(await docker.run('ps', '--all', '--quiet')).toBe('')
    expect(await docker.run('volume', 'ls', '--quiet')).toBe('')
  })

  it('uses a builder of the docker-container driver by its name, and leaves it alone', async () => {
    const { environment } = docker
    await docker.run('buildx', 'create', '--driver', 'docker-container', '--name', 'mine')
    const runner = await world.build({ builder: 'mine' }, { environment })
    expect(runner.logged[0]).toMatch(
      /^Builds with buildx .* "mine" \(driver docker-container\): it is named/,
    )
    await post(recordingRunner({ folder: world.folder, environment, state: runner.states }))
    expect(await docker.run('ps', '--format', '{{.Names}}')).toBe('buildx_buildkit_mine0')
    await docker.run('buildx', 'rm', '--force', 'mine')
  })

  it('says why its own builder cannot be used when that is named', async () => {
    const building = world.build({ builder: 'default' }, { environment: docker.environment })
    await expect(building).rejects.toThrow(/"default" has the docker driver without/)
  })

  it('is passed by for another engine when no builder can be made', async () => {
    const environment = { ...docker.environment }
    await docker.run('tag', 'moby/buildkit:buildx-stable-1', 'kept')
    await docker.run('rmi', 'moby/buildkit:buildx-stable-1')
    try {
      const runner = await world.build({}, { environment })
      expect(runner.logged[0]).toMatch(/^Not with buildx: .*no other could be made: /)
      expect(runner.logged[1]).toMatch(/^Builds with buildctl /)
      await post(recordingRunner({ folder: world.folder, environment, state: runner.states }))
    } finally {
      await docker.run('tag', 'kept', 'moby/buildkit:buildx-stable-1')
    }
  })
})
