import { execFileSync } from 'node:child_process'
import { readFile, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openLayout } from '@oke-pipeline/image'
import { currentLab } from '../../../test/setup/lab.ts'
import { buildWorld } from './build-harness.ts'
import type { BuildWorld } from './build-harness.ts'

const commitTime = '2026-03-04T05:06:07Z'
let world: BuildWorld

beforeEach(async () => {
  world = await buildWorld()
  await world.write('app.txt', 'hello')
  await world.dockerfile(
    'FROM busybox:1',
    'COPY app.txt /app/',
    'RUN date +%N > /dev/null && mkdir /made && echo 1 > /made/file',
  )
  git('init', '--quiet')
  git('add', '.')
  git('commit', '--quiet', '--message', 'First')
})

afterEach(() => world.remove())

function git(...args: readonly string[]): void {
  const identity = ['-c', 'user.name=tester', '-c', 'user.email=tester@example.com']
  execFileSync('git', ['-C', join(world.folder, 'workspace'), ...identity, ...args], {
    env: { ...process.env, GIT_COMMITTER_DATE: commitTime, GIT_AUTHOR_DATE: commitTime },
  })
}

async function digestOf(inputs: Readonly<Record<string, string>>): Promise<string> {
  const runner = await world.build(inputs)
  return runner.outputs.digest ?? ''
}

/** As a checkout on another machine, a day later, would leave the file. */
async function checkOutAgain(): Promise<void> {
  const later = new Date(Date.now() - 86_400_000)
  await utimes(join(world.folder, 'workspace/app.txt'), later, later)
}

describe.each(['buildx', 'buildctl', 'buildah'])('a reproducible build with %s', (engine) => {
  const inputs = { engine, reproducible: 'true' }

  it('gives one digest for one commit, with and without cache', async () => {
    const first = await digestOf({ ...inputs, 'no-cache': 'true' })
    await checkOutAgain()
    expect(await digestOf({ ...inputs, 'no-cache': 'true' })).toBe(first)
    expect(await digestOf(inputs)).toBe(first)
  })

  it('has the time of the commit', async () => {
    const runner = await world.build(inputs)
    const layout = await openLayout(runner.outputs.layout ?? '')
    const { config } = layout.images[0]?.manifest ?? {}
    const text = await readFile(layout.blobPath(config?.digest ?? layout.digest), 'utf8')
    expect(new Date((JSON.parse(text) as { created: string }).created)).toEqual(
      new Date(commitTime),
    )
  })

  it('is not what a build is by default', async () => {
    const first = await digestOf({ engine, 'no-cache': 'true' })
    await new Promise((done) => setTimeout(done, 1100))
    expect(await digestOf({ engine, 'no-cache': 'true' })).not.toBe(first)
  })
})

describe('a reproducible build', () => {
  it('is the same from buildx and buildctl, also for several platforms', async () => {
    await world.dockerfile('FROM scratch', 'COPY app.txt /app/')
    const inputs = { reproducible: 'true', platforms: 'linux/amd64,linux/arm64' }
    const digests = [
      await digestOf({ ...inputs, engine: 'buildx', 'no-cache': 'true' }),
      await digestOf({ ...inputs, engine: 'buildctl', 'no-cache': 'true' }),
    ]
    expect(new Set(digests).size).toBe(1)
  })

  it('takes SOURCE_DATE_EPOCH before the time of the commit', async () => {
    const { environment } = currentLab()
    const own = { environment: { ...environment, SOURCE_DATE_EPOCH: '86400' } }
    const runner = await world.build({ engine: 'buildctl', reproducible: 'true' }, own)
    const layout = await openLayout(runner.outputs.layout ?? '')
    const blob = layout.images[0]?.manifest.config.digest ?? layout.digest
    expect(await readFile(layout.blobPath(blob), 'utf8')).toContain('1970-01-02T00:00:00Z')
  })

  it('needs a commit', async () => {
    execFileSync('rm', ['-rf', join(world.folder, 'workspace/.git')])
    await expect(world.build({ engine: 'buildctl', reproducible: 'true' })).rejects.toThrow(
      /time of the commit is not known[^]*SOURCE_DATE_EPOCH/,
    )
  })
})
