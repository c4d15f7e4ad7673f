import { describe, expect, it } from '@jest/globals'
import { ConfigurationError, ServiceError } from '@oke-pipeline/core'
import { keepComment } from '../src/index.ts'
import { startJob } from './job-of-github.ts'

const permissions = { 'pull-requests': 'write' } as const
const comment = { number: 7, key: 'scan-gate', markdown: '### Open' }

describe('keepComment', () => {
  it('writes one comment, and replaces it the next time', async () => {
    await using job = await startJob({ permissions })
    const first = await keepComment(job.github, comment)
    const second = await keepComment(job.github, { ...comment, markdown: '### Closed' })
    expect(second).toBe(first)
    expect(job.server.repository.comments.map(({ body }) => body)).toEqual([
      '<!-- oke-pipeline scan-gate -->\n### Closed',
    ])
  })

  it('finds its comment behind a hundred others', async () => {
    await using job = await startJob({ permissions })
    for (let count = 0; count < 130; count += 1) job.server.repository.addComment(7, 'hi', 'bob')
    await keepComment(job.github, comment)
    await keepComment(job.github, comment)
    expect(job.server.repository.comments).toHaveLength(131)
  })

  it('does not touch comments of strangers, of other keys and of other pull requests', async () => {
    await using job = await startJob({ permissions })
    const { repository } = job.server
    repository.addComment(7, '<!-- oke-pipeline scan-gate -->\nmine', 'mallory')
    repository.addComment(7, '<!-- oke-pipeline other -->\nother')
    repository.addComment(8, '<!-- oke-pipeline scan-gate -->\nother request')
    const before = repository.comments.map(({ body }) => body)
    await keepComment(job.github, comment)
    expect(repository.comments.map(({ body }) => body).slice(0, 3)).toEqual(before)
    expect(repository.comments).toHaveLength(4)
  })

  it('is not written twice when only the answer was lost', async () => {
    await using job = await startJob({ permissions })
    job.server.failNext({ operation: 'create-comment', status: 502, isDone: true })
    await keepComment(job.github, comment)
    expect(job.server.repository.comments).toHaveLength(1)
  })

  it('is cut at a line where it is longer than GitHub takes', async () => {
    await using job = await startJob({ permissions })
    await keepComment(job.github, { ...comment, markdown: 'a line\n'.repeat(20_000) })
    const [kept] = job.server.repository.comments
    expect(kept?.body.length).toBeLessThanOrEqual(65_536)
    expect(kept?.body).toMatch(/a line\n\n… cut: the comment is longer than GitHub takes\.\n$/)
  })

  it('waits as long as a secondary rate limit asks for', async () => {
    await using job = await startJob({ permissions })
    job.server.failNext({
      operation: 'create-comment',
      status: 403,
      message: 'You have exceeded a secondary rate limit.',
      headers: { 'retry-after': '61' },
    })
    await keepComment(job.github, comment)
    expect(job.waits).toEqual([61])
  })

  it('waits until the hour of the limit is over, but not for ever', async () => {
    await using job = await startJob({ permissions })
    const limit = (inSeconds: number) => ({
      operation: 'list-comments' as const,
      status: 403,
      message: 'API rate limit exceeded',
      headers: {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': `${job.clock.now().getTime() / 1000 + inSeconds}`,
      },
    })
    job.server.failNext(limit(30))
    await keepComment(job.github, comment)
    expect(job.waits).toEqual([30])
    job.server.failNext(limit(3000))
    await expect(keepComment(job.github, comment)).rejects.toThrow(ServiceError)
    expect(job.waits).toEqual([30])
  })

  it('names the permission that the job lacks', async () => {
    await using job = await startJob({ permissions: { 'pull-requests': 'read' } })
    const attempt = keepComment(job.github, comment)
    await expect(attempt).rejects.toThrow(ConfigurationError)
    await expect(attempt).rejects.toThrow(
      'Missing permission "pull-requests: write" (GitHub answered 403: Resource not accessible by integration). Add it to this job\'s permissions.',
    )
    expect(job.waits).toEqual([])
  })

  it('says that the token is not accepted', async () => {
    await using job = await startJob({ permissions }, 'ghs_another')
    await expect(keepComment(job.github, comment)).rejects.toThrow(
      'GitHub does not accept the token',
    )
  })

  it('gives up on a GitHub that stays broken, and names the request', async () => {
    await using job = await startJob({ permissions })
    const fault = { operation: 'list-comments', status: 503 } as const
    job.server.failNext(fault, fault, fault, fault, fault)
    await expect(keepComment(job.github, comment)).rejects.toMatchObject({
      name: 'ServiceError',
      status: 503,
      requestId: 'FAKE:1',
    })
  })
})
