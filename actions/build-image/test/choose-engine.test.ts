import { describe, expect, it } from '@jest/globals'
import { ConfigurationError } from '@oke-pipeline/core'
import type { Command, Outcome } from '@oke-pipeline/core'
import { recordingRunner } from '@oke-pipeline/testing'
import { chooseEngine } from '../src/engines/choose-engine.ts'
import { defaults } from './build-requests.ts'

/** What programs answer; one that is not named is not there. */
type Answers = Readonly<Record<string, Partial<Outcome>>>

function choice(
  answers: Answers,
  inputs: Partial<typeof defaults> = {},
): ReturnType<typeof chooseEngine> {
  const run = ({ file, args }: Command): Promise<Outcome> => {
    const line = [file, ...args].join(' ')
    const known = Object.keys(answers).find((start) => line.startsWith(start))
    if (known !== undefined) {
      return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...answers[known] })
    }
    throw new ConfigurationError({ title: `Program "${file}" was not found`, explanation: '' })
  }
  const runner = recordingRunner({ folder: '/nowhere', environment: {}, ports: { exec: { run } } })
  return chooseEngine({ ...defaults, ...inputs }, runner)
}

const version = { stdout: 'github.com/docker/buildx v0.37.0 abc\n' }
const buildctl: Answers = {
  'buildctl --version': { stdout: 'buildctl github.com/moby/buildkit v0.33.0\n' },
  'buildctl debug workers': {},
}
const buildah: Answers = { 'buildah --version': { stdout: 'buildah version 1.28.2\n' } }

function inspected(driver: string, status = 'running'): Partial<Outcome> {
  return {
    stdout: `Name: mine\nDriver: ${driver}\n\nNodes:\nName: mine0\nEndpoint: here\nStatus: ${status}\n`,
  }
}

describe('chooseEngine', () => {
  it.each([
    { driver: 'docker-container', status: 'inactive' },
    { driver: 'kubernetes', status: 'inactive' },
    { driver: 'remote', status: 'running' },
    { driver: 'cloud', status: 'running' },
  ])('takes the current builder of the driver $driver', async ({ driver, status }) => {
    const { engine, skipped } = await choice({
      'docker buildx version': version,
      'docker buildx inspect': inspected(driver, status),
    })
    expect(engine.title).toBe(`buildx 0.37.0 with the builder "mine" (driver ${driver})`)
    expect(skipped).toEqual([])
  })

  it('takes the docker driver where docker keeps its images in containerd’s store', async () => {
    const { engine, because } = await choice({
      'docker buildx version': version,
      'docker buildx inspect': inspected('docker'),
      'docker --context here info': {
        stdout: '[["driver-type","io.containerd.snapshotter.v1"]]\n',
      },
    })
    expect(engine.title).toContain('(driver docker)')
    expect(because).toBe('it is the current builder and can export OCI layouts')
  })

  it('makes a builder where docker does not', async () => {
    const { engine, because } = await choice({
      'docker buildx version': version,
      'docker buildx inspect': inspected('docker'),
      'docker --context here info': { stdout: '[["Backing Filesystem","extfs"]]\n' },
      'docker buildx create --driver docker-container --bootstrap --name oke-pipeline-': {},
    })
    expect(engine.title).toContain('with a builder made for this job')
    expect(because).toContain('without the containerd image store')
  })

  it('takes buildx without a docker CLI', async () => {
    const { engine } = await choice({
      'buildx version': version,
      'buildx inspect': inspected('remote'),
    })
    expect(engine.title).toContain('buildx 0.37.0')
  })

  it('goes on to buildctl when the builder of buildx does not answer', async () => {
    const { engine, skipped } = await choice({
      'docker buildx version': version,
      'docker buildx inspect': inspected('remote', 'inactive'),
      ...buildctl,
    })
    expect(engine.title).toBe('buildctl 0.33.0')
    expect(skipped).toEqual([
      { name: 'buildx', because: 'nothing answers for the builder "mine" at here' },
    ])
  })

  it('goes on to buildah when no daemon answers', async () => {
    const { engine, skipped } = await choice({
      'docker buildx version': version,
      'docker buildx inspect': { stdout: 'Name: default\nDriver: \nError: no docker API\n' },
      ...buildctl,
      'buildctl debug workers': { exitCode: 1, stderr: 'error: no such file\n' },
      ...buildah,
    })
    expect(engine.title).toBe('buildah 1.28.2')
    expect(skipped.map(({ because }) => because)).toEqual([
      'the builder "default" does not work: no docker API',
      'no BuildKit daemon answers at its default address: error: no such file',
    ])
  })

  it('takes the engine that is named, whatever else is there', async () => {
    const answers = {
      'docker buildx version': version,
      'docker buildx inspect': inspected('remote'),
      ...buildctl,
      ...buildah,
    }
    expect((await choice(answers, { engine: 'buildah' })).engine.title).toMatch(/^buildah/)
    expect((await choice(answers, { engine: 'buildctl' })).engine.title).toMatch(/^buildctl/)
  })

  it('asks no other engine for a builder that is named', async () => {
    const answers = {
      'docker buildx version': version,
      'docker buildx inspect theirs': { exitCode: 1, stderr: 'ERROR: no builder "theirs" found\n' },
      ...buildctl,
      ...buildah,
    }
    await expect(choice(answers, { builder: 'theirs' })).rejects.toThrow(
      /buildx cannot build: buildx: ERROR: no builder "theirs" found/,
    )
  })
})
