import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
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

async function failureWith(
  inputs: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  // No program can be found: whatever passes the checks fails when the build starts.
  const environment = { PATH: folder, ...variables }
  const runner = recordingRunner({ folder, inputs, environment })
  return main(runner).then(
    () => 'no failure',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}

async function dockerfile(...lines: readonly string[]): Promise<void> {
  await writeFile(join(folder, 'workspace/app/Dockerfile'), `${lines.join('\n')}\n`)
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
    expect(await failureWith({ context: '/etc' })).toContain(
      '"context": got "/etc", expected a folder of the repository, and it leads outside the workspace',
    )
  })

  it('a context that leads outside by a link', async () => {
    await symlink('/etc', join(folder, 'workspace/link'))
    expect(await failureWith({ context: 'link' })).toContain('"context": got "link"')
  })

  it('an address that is no Git repository', async () => {
    expect(await failureWith({ context: 'https://example.com/app' })).toContain('does ".git" lack?')
  })

  it('a password in the address of a Git repository', async () => {
    const message = await failureWith({ context: 'https://me:hunter2@example.com/app.git' })
    expect(message).toContain('GIT_AUTH_TOKEN')
  })

  it('a stage that there is not, and names those that there are', async () => {
    await dockerfile('FROM busybox:1 AS build', 'FROM scratch AS app')
    expect(await failureWith({ context: 'app', target: 'ap' })).toContain(
      '"target": got "ap", expected a stage of "app/Dockerfile", which has build, app.',
    )
    expect(await failureWith({ context: 'app', target: 'APP' })).not.toContain('"target"')
  })

  it('no stage where another frontend reads the Dockerfile', async () => {
    await dockerfile('# syntax=example.com/frontend:1', 'FROM scratch AS app')
    expect(await failureWith({ context: 'app', target: 'x' })).not.toContain('"target"')
  })

  it.each([
    {
      name: 'a builder for an engine without builders',
      inputs: { engine: 'buildctl', builder: 'mine' },
      says: '"builder": got "mine", expected no builder, since "engine" is buildctl',
    },
    {
      name: 'what buildah cannot do',
      inputs: { engine: 'buildah', 'no-cache-filters': 'a', 'cache-to': 'type=gha' },
      says: '"cache-to": cannot be used with "engine: buildah"',
    },
    {
      name: 'an annotation that buildah cannot place',
      inputs: { engine: 'buildah', annotations: 'index:a=b' },
      says: '"annotations": cannot be used with "engine: buildah"',
    },
    {
      name: 'a secret file that is not there',
      inputs: { 'secret-files': 'token=no.txt' },
      says: '"secret-files": got "token=no.txt", expected a file, and there is none',
    },
    {
      name: 'a secret file outside the workspace',
      inputs: { 'secret-files': 'token=/etc/shadow' },
      says: 'expected a file, and it leads outside the workspace',
    },
    {
      name: 'a secret variable that is not set',
      inputs: { 'secret-envs': 'token=TOKEN' },
      says: '"secret-envs": got "token=TOKEN", expected the name of a variable that is set',
    },
    {
      name: 'a named context that is not there',
      inputs: { 'build-contexts': 'base=nowhere' },
      says: '"build-contexts": got "base=nowhere", expected a folder',
    },
    {
      name: 'a cache without type',
      inputs: { 'cache-from': 'ref=r/c:1,mode=max' },
      says: '"cache-from": got',
    },
    {
      name: 'the time of a commit that only the builder sees',
      inputs: { context: 'https://example.com/app.git', reproducible: 'true' },
      says: '"reproducible": got "true", expected SOURCE_DATE_EPOCH',
    },
    { name: 'an archive that is a folder', inputs: { archive: 'app' }, says: '"archive": got' },
    { name: 'a layout outside', inputs: { layout: '/etc' }, says: 'leads outside the workspace' },
    { name: 'a size without number', inputs: { 'shm-size': 'big' }, says: '"shm-size": got' },
    { name: 'a limit without value', inputs: { ulimit: 'nofile' }, says: '"ulimit": got' },
    { name: 'a host without address', inputs: { 'add-hosts': 'db' }, says: '"add-hosts": got' },
    { name: 'an unknown network', inputs: { network: 'vpn' }, says: '"network": got' },
    { name: 'an option for an agent', inputs: { ssh: '--push' }, says: '"ssh": got' },
    { name: 'an option for an entitlement', inputs: { allow: '-x' }, says: '"allow": got' },
  ])('$name', async ({ inputs, says }) => {
    await dockerfile('FROM scratch')
    expect(await failureWith({ context: 'app', ...inputs })).toContain(says)
  })

  it('a secret without quoting it', async () => {
    const message = await failureWith({ context: 'app', secrets: 'hunter2hunter2' })
    expect(message).toContain('"secrets": expected id=value')
    expect(message).not.toContain('hunter2')
  })

  it.each(['$(touch x)', '`id`', 'a; rm -rf /', '::set-output name=x::y'])(
    'a Dockerfile of the name %s without acting on it',
    async (file) => {
      expect(await failureWith({ context: 'app', file })).toContain(JSON.stringify(file))
    },
  )
})

describe('build-image says', () => {
  beforeEach(() => dockerfile('FROM scratch'))

  it('of every engine why it cannot be used here, and what to add', async () => {
    const message = await failureWith({ context: 'app' })
    expect(message).toContain('Nothing on this runner can build')
    expect(message).toContain('buildx: neither "docker buildx" nor "buildx" can be run')
    expect(message).toContain('buildctl: the program "buildctl" is not there')
    expect(message).toContain('buildah: the program "buildah" is not there')
    expect(message).toContain('Add docker/setup-buildx-action')
  })

  it('that buildah would not do where it cannot', async () => {
    const message = await failureWith({ context: 'app', allow: 'network.host' })
    expect(message).toContain('buildah: of "allow": buildah has nothing like it')
  })

  it.each(['buildx', 'buildctl', 'buildah'])(
    'that %s cannot build when it is named',
    async (engine) => {
      expect(await failureWith({ context: 'app', engine })).toMatch(
        new RegExp(`^${engine} cannot build: ${engine}: .*(not there|can be run)`),
      )
    },
  )

  it('that a buildx is too old', async () => {
    const script = '#!/bin/sh\necho "github.com/docker/buildx 0.10.5"\n'
    await writeFile(join(folder, 'buildx'), script, { mode: 0o755 })
    expect(await failureWith({ context: 'app' })).toContain('buildx 0.10.5 is older than 0.13')
  })
})
