import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { ConfigurationError } from '@oke-pipeline/core'
import { accessOfRun, fileAt, pullRequestOf } from '../src/index.ts'
import type { PullRequest } from '../src/index.ts'
import { startJob } from './job-of-github.ts'

async function readEvent(text: string): Promise<PullRequest | undefined> {
  const temp = await mkdtemp(join(tmpdir(), 'event-'))
  try {
    const eventPath = join(temp, 'event.json')
    await writeFile(eventPath, text)
    return await pullRequestOf({ eventPath })
  } finally {
    await rm(temp, { recursive: true })
  }
}

function eventFrom(head: object | null): string {
  const base = { sha: 'b'.repeat(40), repo: { full_name: 'acme/hello' } }
  return JSON.stringify({
    action: 'opened',
    pull_request: { number: 7, head: { repo: head }, base },
  })
}

describe('pullRequestOf', () => {
  it.each([
    { name: 'the repository itself', head: { full_name: 'acme/hello' }, isFromFork: false },
    { name: 'a fork', head: { full_name: 'mallory/hello' }, isFromFork: true },
    { name: 'a fork that is gone', head: null, isFromFork: true },
  ])('reads one from $name', async ({ head, isFromFork }) => {
    const expected = { number: 7, baseSha: 'b'.repeat(40), isFromFork }
    expect(await readEvent(eventFrom(head))).toEqual(expected)
  })

  it('finds none in a push', async () => {
    expect(await readEvent('{"ref":"refs/heads/main"}')).toBeUndefined()
  })

  it('says that the event is not there', async () => {
    const reading = pullRequestOf({ eventPath: join(tmpdir(), 'no-such-event.json') })
    await expect(reading).rejects.toThrow(ConfigurationError)
  })

  it.each(['', 'null', '{"pull_request":{"number":"7"}}'])('refuses %j', async (text) => {
    await expect(readEvent(text)).rejects.toThrow(ConfigurationError)
  })
})

const base = 'b'.repeat(40)

describe('fileAt', () => {
  const commits = { [base]: { '.github/waivers.yml': 'waivers: []\n' } }

  it('reads a file of the base', async () => {
    await using job = await startJob({ permissions: { contents: 'read' }, commits })
    expect(await fileAt(job.github, '.github/waivers.yml', base)).toBe('waivers: []\n')
  })

  it('tells a file that was not there from a repository that may not be read', async () => {
    await using job = await startJob({ permissions: { contents: 'read' }, commits })
    expect(await fileAt(job.github, 'other.yml', base)).toBeUndefined()
    await expect(fileAt(job.github, 'other.yml', 'c'.repeat(40))).rejects.toThrow('contents: read')
    await using blind = await startJob({ permissions: {}, commits })
    await expect(fileAt(blind.github, '.github/waivers.yml', base)).rejects.toThrow(
      'Missing permission "contents: read"',
    )
  })
})

describe('accessOfRun', () => {
  it('goes to GitHub itself where the runner names no other', () => {
    expect(accessOfRun({ GITHUB_REPOSITORY: 'acme/hello' }, 't').api.href).toBe(
      'https://api.github.com/',
    )
  })

  it.each([
    { GITHUB_REPOSITORY: 'acme' },
    { GITHUB_REPOSITORY: 'acme/hello', GITHUB_API_URL: 'http://api.github.com' },
    { GITHUB_REPOSITORY: 'acme/hello', GITHUB_API_URL: 'nowhere' },
    {},
  ])('gives the token to nobody else: %j', (environment) => {
    expect(() => accessOfRun(environment, 't')).toThrow(ConfigurationError)
  })
})
