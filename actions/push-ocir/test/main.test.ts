import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { digestOf, noEvent, parseTagRules, tagContextOf } from '@oke-pipeline/image'
import { recordingRunner, writeLayout } from '@oke-pipeline/testing'
import type { RecordingRunner } from '@oke-pipeline/testing'
import { main } from '../src/main.ts'
import { targetTags } from '../src/target-tags.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'push-ocir-'))
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const asked: string[] = []

function runnerWith(inputs: Readonly<Record<string, string>>): RecordingRunner {
  asked.length = 0
  const http = {
    request({ url }: { readonly url: URL }) {
      asked.push(url.href)
      return Promise.reject(new Error('The registry must not be asked'))
    },
  }
  return recordingRunner({ folder, inputs, ports: { http } })
}

async function failureOf(runner: RecordingRunner): Promise<string> {
  return main(runner).then(
    () => 'no failure',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}

describe('push-ocir refuses, before it speaks to the registry,', () => {
  it('everything that is wrong with the inputs at once', async () => {
    const runner = runnerWith({
      layout: 'nowhere',
      digest: 'sha256:123',
      image: 'iad.ocir.io/Tenancy/App',
      tags: '1.0,-x',
      username: 'ns/ci',
    })
    const message = await failureOf(runner)
    expect(message).toContain('5 inputs are not usable')
    expect(message).toContain(
      '"layout": got "nowhere", expected the folder or the tar of an OCI image layout',
    )
    expect(message).toContain('"digest": got "sha256:123", expected a digest')
    expect(message).toContain('"image": got "iad.ocir.io/Tenancy/App"')
    expect(message).toContain('upper-case letters')
    expect(message).toContain('"tags": got "1.0,-x"')
    expect(message).toContain('"password": is required with "username"')
    expect(asked).toEqual([])
  })

  it.each([
    { name: 'a password without a user', input: 'username', given: { password: 'secret-text' } },
    { name: 'an image with a tag', input: 'image', given: { image: 'r.io/app:1' } },
    {
      name: 'a tag that stays and moves',
      input: 'moving-tags',
      given: { tags: 'a', 'moving-tags': 'a' },
    },
    { name: 'a path that climbs out', input: 'layout', given: { layout: '../layout' } },
    { name: 'a path elsewhere', input: 'layout', given: { layout: '/proc/self/mem' } },
    { name: 'a command for a shell', input: 'image', given: { image: 'r.io/a$(touch x)' } },
    {
      name: 'a command for the runner',
      input: 'username',
      given: { username: 'a\n::set-output name=a::b', password: 'secret-text' },
    },
  ])('$name', async ({ input, given }) => {
    await writeLayout({ folder: join(folder, 'workspace/layout'), layers: [] })
    const runner = runnerWith({ layout: 'layout', image: 'r.io/app', ...given })
    const message = await failureOf(runner)
    expect(message).toContain(`"${input}":`)
    expect(message).not.toContain('secret-text')
    expect(asked).toEqual([])
  })

  it('a layout of another image than the one expected', async () => {
    const layout = await writeLayout({ folder: join(folder, 'workspace/layout'), layers: [] })
    const digest = digestOf('another')
    const message = await failureOf(runnerWith({ layout: 'layout', image: 'r.io/app', digest }))
    expect(message).toContain(digest)
    expect(message).toContain(layout.digest)
    expect(asked).toEqual([])
  })
})

describe('push-ocir', () => {
  it('masks the password and the login before anything can log them', async () => {
    await writeLayout({ folder: join(folder, 'workspace/layout'), layers: [] })
    const runner = runnerWith({
      layout: 'layout',
      image: 'r.io/app',
      username: 'ns/ci',
      password: 'secret-text',
    })
    expect(await failureOf(runner)).toContain('must not be asked')
    expect(runner.masked).toContain('secret-text')
    expect(runner.masked).toContain(Buffer.from('ns/ci:secret-text').toString('base64'))
  })
})

describe('targetTags', () => {
  const digest = digestOf('x')
  const sha = '0123456789abcdef0123456789abcdef01234567'

  function tagsOf(
    { tags = '', moving = '' }: { readonly tags?: string; readonly moving?: string },
    commit: string | undefined,
  ): ReturnType<typeof targetTags> {
    const run = { ref: 'refs/heads/main', sha: commit, eventName: 'push', baseRef: undefined }
    const context = tagContextOf(run, noEvent, { now: new Date() })
    const rules = { tags: parseTagRules(tags), 'moving-tags': parseTagRules(moving) }
    return targetTags(rules, digest, context)
  }

  it.each([
    {
      name: 'commit and digest when none is asked for',
      tags: tagsOf({}, sha),
      is: [{ name: `0123456789ab-${digest.slice(7, 19)}`, mayMove: false }],
    },
    {
      name: 'the digest without a commit',
      tags: tagsOf({}, undefined),
      is: [{ name: `image-${digest.slice(7, 19)}`, mayMove: false }],
    },
    {
      name: 'those asked for, once each',
      tags: tagsOf({ tags: '1\n1,2', moving: 'latest' }, sha),
      is: [
        { name: '1', mayMove: false },
        { name: '2', mayMove: false },
        { name: 'latest', mayMove: true },
      ],
    },
    {
      name: 'only moving ones',
      tags: tagsOf({ moving: 'main' }, sha),
      is: [{ name: 'main', mayMove: true }],
    },
    {
      name: 'what rules make of the event',
      tags: tagsOf(
        { tags: 'type=semver,pattern={{version}}', moving: 'type=ref,event=branch' },
        sha,
      ),
      is: [{ name: 'main', mayMove: true }],
    },
  ])('gives $name', ({ tags, is }) => {
    expect(tags).toEqual(is)
  })
})
