import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { currentLab } from '../../../test/setup/lab.ts'
import { buildWorld } from './build-harness.ts'
import type { BuildWorld } from './build-harness.ts'
import { startBuilder } from './own-builder.ts'

let world: BuildWorld

beforeEach(async () => {
  world = await buildWorld()
  const unique = `echo ${Math.random()}`
  await world.dockerfile('FROM busybox:1', `RUN ${unique} > /a`, 'RUN sleep 1 && echo 2 > /b')
})

afterEach(() => world.remove())

const unreachable = 'type=registry,ref=127.0.0.1:1/cache:main'

describe('a cache in a registry', () => {
  it('saves a builder that knows nothing the work of another one', async () => {
    const { registry } = currentLab()
    const ref = `${registry?.host ?? ''}/build-image/cache:main`
    const written = { 'cache-to': `type=registry,ref=${ref},mode=max` }
    await world.build({ engine: 'buildctl', 'no-cache': 'true', ...written })
    const fresh = await startBuilder(join(world.folder, 'fresh'))
    try {
      const { environment } = fresh
      const inputs = { engine: 'buildctl', 'cache-from': ref }
      const runner = await world.build(inputs, { environment })
      expect(runner.logged.filter((line) => line.includes('cached')).length).toBeGreaterThan(1)
      expect(runner.summary.join('')).toMatch(/, [23] of 3 steps from the cache/)
      expect(runner.annotations).toEqual([])
    } finally {
      await fresh.kill()
    }
  })
})

describe.each(['buildx', 'buildctl'])('an unreachable cache with %s', (engine) => {
  it('is a warning when it is read and when it is written, and the image is built', async () => {
    const runner = await world.build({ engine, 'cache-from': unreachable, 'cache-to': unreachable })
    expect(runner.outputs.digest).toMatch(/^sha256:/)
    expect(runner.annotations).toMatchObject([
      { level: 'warning', title: 'Cache not used' },
      { level: 'warning', title: 'Cache not used' },
    ])
    const [read, written] = runner.annotations.map(({ message }) => message)
    expect(read).toMatch(/^importing cache.*connection refused/)
    expect(written).toMatch(/^exporting cache.*connection refused/)
  })

  it('fails the build where the user wants that', async () => {
    const strict = { 'cache-to': `${unreachable},ignore-error=false` }
    await expect(world.build({ engine, ...strict })).rejects.toThrow(/connection refused/)
  })
})

describe('caches with buildah', () => {
  it('are repositories of a registry', async () => {
    const { registry } = currentLab()
    const ref = `${registry?.host ?? ''}/build-image/buildah-cache`
    const caches = { 'cache-from': `type=registry,ref=${ref}:main`, 'cache-to': `${ref}:main` }
    const runner = await world.build({ engine: 'buildah', ...caches })
    expect(runner.annotations).toEqual([])
    const answer = await fetch(`http://${ref.replace('/', '/v2/')}/tags/list`)
    const { tags } = (await answer.json()) as { readonly tags: readonly string[] }
    expect(tags.length).toBeGreaterThan(0)
  })

  it('that cannot be written are a warning, and the image is built', async () => {
    const runner = await world.build({ engine: 'buildah', 'cache-to': unreachable })
    expect(runner.outputs.digest).toMatch(/^sha256:/)
    expect(runner.annotations).toMatchObject([{ level: 'warning', title: 'Cache not used' }])
  })
})
