import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { digestOf, imageLabels, noEvent, parseGithubEvent, readGithubEvent } from '../src/index.ts'

const run = { repository: 'octo/hello', sha: 'f'.repeat(40), serverUrl: 'https://github.com' }
const created = new Date('2026-11-25T01:02:03Z')

describe('imageLabels', () => {
  it('says what the run and the event know', () => {
    const event = { ...noEvent, description: 'Says\nhello ', license: 'Apache-2.0' }
    const base = { name: 'docker.io/library/busybox:1', digest: digestOf('x') }
    const labels = imageLabels({ run, event, created, version: '1.2.3', base })
    expect(Object.fromEntries(labels.map(({ name, value }) => [name, value]))).toEqual({
      'org.opencontainers.image.base.digest': digestOf('x'),
      'org.opencontainers.image.base.name': 'docker.io/library/busybox:1',
      'org.opencontainers.image.created': '2026-11-25T01:02:03.000Z',
      'org.opencontainers.image.description': 'Says hello',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.revision': 'f'.repeat(40),
      'org.opencontainers.image.source': 'https://github.com/octo/hello',
      'org.opencontainers.image.title': 'hello',
      'org.opencontainers.image.url': 'https://github.com/octo/hello',
      'org.opencontainers.image.version': '1.2.3',
    })
  })

  it('leaves out what is not known, and lets the user’s values count', () => {
    const nowhere = { repository: undefined, sha: undefined, serverUrl: undefined }
    const own = [
      { name: 'org.opencontainers.image.created', value: 'mine' },
      { name: 'team', value: 'shop' },
    ]
    const labels = imageLabels({ run: nowhere, event: noEvent, created, version: undefined }, own)
    expect(labels).toEqual(own)
  })
})

describe('readGithubEvent', () => {
  it('reads a push', () => {
    const push = {
      ref: 'refs/tags/v1',
      base_ref: 'refs/heads/main',
      head_commit: { timestamp: '2026-11-20T10:00:00+01:00' },
      repository: { default_branch: 'main', description: null, license: { spdx_id: 'MIT' } },
    }
    expect(parseGithubEvent(Buffer.from(JSON.stringify(push)))).toEqual({
      defaultBranch: 'main',
      description: undefined,
      license: 'MIT',
      baseBranch: 'main',
      commitDate: new Date('2026-11-20T09:00:00Z'),
    })
  })

  it('reads a pull request, and takes no licence for one that GitHub does not know', () => {
    const event = {
      pull_request: { base: { ref: 'next' } },
      repository: { license: { spdx_id: 'NOASSERTION' }, default_branch: 7 },
    }
    expect(parseGithubEvent(Buffer.from(JSON.stringify(event)))).toEqual({
      ...noEvent,
      baseBranch: 'next',
    })
  })

  it('knows nothing without a file, and with one that is no event', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'event-'))
    try {
      const path = join(folder, 'event.json')
      expect(await readGithubEvent(path)).toEqual(noEvent)
      expect(await readGithubEvent(undefined)).toEqual(noEvent)
      await writeFile(path, '[')
      expect(await readGithubEvent(path)).toEqual(noEvent)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
