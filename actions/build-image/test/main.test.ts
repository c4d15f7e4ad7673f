import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { recordingRunner } from '@oke-pipeline/testing'
import { main } from '../src/main.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'build-image-'))
  await mkdir(join(folder, 'workspace/app'), { recursive: true })
  await mkdir(join(folder, 'temp'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function failureWith(inputs: Readonly<Record<string, string>>): Promise<string> {
  // No program can be found: whatever passes the checks fails when the build starts.
  const runner = recordingRunner({ folder, inputs, environment: { PATH: folder } })
  return main(runner).then(
    () => 'no failure',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}

describe('build-image refuses', () => {
  it('a context without a Dockerfile', async () => {
    expect(await failureWith({ context: 'app' })).toContain(
      '"file": got "app/Dockerfile", expected a Dockerfile, and there is none.',
    )
  })

  it('several things at once, before anything is done', async () => {
    const message = await failureWith({
      context: 'nowhere',
      platforms: 'linux',
      'build-args': '1=2',
      engine: 'docker',
    })
    for (const input of ['context', 'platforms', 'build-args', 'engine', 'file']) {
      expect(message).toContain(`"${input}": got`)
    }
  })

  it('to empty a folder that holds something else than a layout', async () => {
    await writeFile(join(folder, 'workspace/app/Dockerfile'), 'FROM scratch\n')
    await writeFile(join(folder, 'workspace/app/precious'), 'x')
    const message = await failureWith({ context: 'app', layout: 'app' })
    expect(message).toContain('"layout": got "app"')
    await expect(readFile(join(folder, 'workspace/app/precious'), 'utf8')).resolves.toBe('x')
  })

  it('a context outside the workspace', async () => {
    expect(await failureWith({ context: '/etc' })).toContain('"context": got "/etc"')
  })

  it.each(['$(touch x)', '`id`', 'a; rm -rf /', '::set-output name=x::y'])(
    'a Dockerfile of the name %s without acting on it',
    async (file) => {
      expect(await failureWith({ context: 'app', file })).toContain(JSON.stringify(file))
    },
  )
})

describe('build-image says', () => {
  it('what to install when there is no builder', async () => {
    await writeFile(join(folder, 'workspace/app/Dockerfile'), 'FROM scratch\n')
    expect(await failureWith({ context: 'app' })).toContain('Add docker/setup-buildx-action')
  })
})
