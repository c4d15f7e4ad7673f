import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { ConfigurationError, ServiceError } from '@oke-pipeline/core'
import { commitOfRun, uploadSarif } from '../src/index.ts'
import { startJob } from './job-of-github.ts'
import type { Job } from './job-of-github.ts'

const permissions = { 'security-events': 'write' } as const
const location = { physicalLocation: { artifactLocation: { uri: 'Dockerfile' } } }
const sarif = sarifWith([{ message: { text: 'bad' }, locations: [location] }])
const commit = '0123456789abcdef0123456789abcdef01234567'

function sarifWith(results: readonly object[], version = '2.1.0'): string {
  return JSON.stringify({ version, runs: [{ tool: { driver: { name: 'scan-gate' } }, results }] })
}

function upload({ github, clock, signal }: Job, text = sarif): Promise<string> {
  const startedAt = new Date('2026-11-25T00:00:00Z')
  const about = { commit, ref: 'refs/pull/7/merge', toolName: 'scan-gate', startedAt }
  return uploadSarif(github, { ...about, sarif: text }, clock, signal)
}

describe('uploadSarif', () => {
  it('sends it packed, and waits until GitHub has read it', async () => {
    await using job = await startJob({ permissions })
    const id = await upload(job)
    expect(job.server.repository.analyses).toMatchObject([
      { id, sarif, commit, ref: 'refs/pull/7/merge', looks: 2 },
    ])
    expect(job.waits).toEqual([2])
  })

  it.each([
    { name: 'another version', text: sarifWith([], '2.0.0'), says: 'Only SARIF 2.1.0' },
    { name: 'a result without place', text: sarifWith([{}]), says: 'at least one location' },
  ])('passes on what GitHub says of $name', async ({ text, says }) => {
    await using job = await startJob({ permissions })
    await expect(upload(job, text)).rejects.toThrow(says)
  })

  it('does not send what is too large', async () => {
    await using job = await startJob({ permissions })
    const noise = randomBytes(12 * 1024 * 1024).toString('base64')
    await expect(upload(job, noise)).rejects.toThrow('GitHub takes 10 MiB')
    expect(job.server.requests).toEqual([])
  })

  it('tries again when GitHub fails for a moment', async () => {
    await using job = await startJob({ permissions })
    job.server.failNext(
      { operation: 'upload-sarif', status: 502 },
      { operation: 'get-sarif', status: 500 },
    )
    await upload(job)
    expect(job.server.repository.analyses).toHaveLength(1)
  })

  it('names the permission that the job lacks', async () => {
    await using job = await startJob({ permissions: { contents: 'read' } })
    await expect(upload(job)).rejects.toThrow('Missing permission "security-events: write"')
  })

  it('says that code scanning is switched off', async () => {
    await using job = await startJob({ permissions, code_scanning: 'off' })
    await expect(upload(job)).rejects.toThrow('Code Security must be enabled')
    await expect(upload(job)).rejects.toThrow('Switch it on in the settings of the repository')
  })

  it('says that nothing answers', async () => {
    const job = await startJob({ permissions })
    await job[Symbol.asyncDispose]()
    await expect(upload(job)).rejects.toThrow(ServiceError)
    await expect(upload(job)).rejects.toThrow('the connection was refused')
  })
})

describe('commitOfRun', () => {
  it.each(['refs/heads/main', 'refs/tags/v1', 'refs/pull/7/merge'])('takes %s', (ref) => {
    expect(commitOfRun({ sha: commit, ref })).toEqual({ commit, ref })
  })

  it.each([
    { sha: commit, ref: undefined },
    { sha: commit, ref: 'main' },
    { sha: 'abc', ref: 'refs/heads/main' },
    { sha: undefined, ref: 'refs/heads/main' },
  ])('refuses $sha at $ref', (run) => {
    expect(() => commitOfRun(run)).toThrow(ConfigurationError)
  })
})
