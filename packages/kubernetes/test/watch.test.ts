import { describe, expect, it } from '@jest/globals'
import type { ClusterAccess } from '../src/client/access.ts'
import { hasStatus } from '../src/client/api-error.ts'
import { watchEvents, watchRequest } from '../src/client/watch.ts'
import type { WatchEvent } from '../src/client/watch.ts'

const access = {
  context: 'c',
  cluster: { name: 'c', server: 'https://c.example', skipTLSVerify: false },
  user: { name: 'u' },
} as ClusterAccess

const from = { resourceVersion: '7', seconds: 20, signal: new AbortController().signal }
const request = watchRequest('/api/v1/pods', { fieldSelector: 'a=b' }, from)

async function* linesOf(lines: readonly string[], error?: Error): AsyncGenerator<string> {
  yield* lines
  await Promise.resolve()
  if (error !== undefined) throw error
}

async function eventsOf(
  lines: readonly string[],
  { status = 200, error }: { readonly status?: number; readonly error?: Error } = {},
): Promise<readonly WatchEvent[]> {
  const stream = { status, headers: {}, lines: linesOf(lines, error) }
  const events: WatchEvent[] = []
  for await (const event of watchEvents(access, request, () => Promise.resolve(stream))) {
    events.push(event)
  }
  return events
}

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', resourceVersion: '8' } }

function line(type: string, object: unknown): string {
  return JSON.stringify({ type, object })
}

describe('watchRequest', () => {
  it('goes on from a list, with bookmarks, for a while', () => {
    expect(request.query).toEqual({
      fieldSelector: 'a=b',
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion: '7',
      timeoutSeconds: '20',
    })
  })
})

describe('watchEvents', () => {
  it('tells what is there, what is gone, and up to where', async () => {
    const bookmark = { kind: 'Pod', metadata: { resourceVersion: '9' } }
    const lines = ['ADDED', 'MODIFIED', 'DELETED'].map((type) => line(type, pod))
    expect(await eventsOf([...lines, line('BOOKMARK', bookmark)])).toEqual([
      { type: 'present', object: pod },
      { type: 'present', object: pod },
      { type: 'gone', object: pod },
      { type: 'bookmark', resourceVersion: '9' },
    ])
  })

  const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }
  const forbidden = { kind: 'Status', code: 403, message: 'no' }
  const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' })

  it.each([
    { name: 'an event', lines: [line('ADDED', pod), line('ERROR', gone)], status: 200, is: 410 },
    { name: 'an answer', lines: [JSON.stringify(forbidden)], status: 403, is: 403 },
    { name: 'a page of a proxy', lines: ['<html>', '</html>'], status: 502, is: 502 },
  ])('fails with the status of $name', async ({ lines, status, is }) => {
    const error = await eventsOf(lines, { status }).catch((thrown: unknown) => thrown)
    expect(hasStatus(error, is)).toBe(true)
  })

  it.each([
    { name: 'a connection that breaks', lines: [], error: reset, says: 'ECONNRESET' },
    { name: 'half an event', lines: ['{"type":"ADD'], says: 'no event' },
    { name: 'an event without its object', lines: [line('ADDED', {})], says: 'no event' },
  ])('fails, so that it may be tried again, with $name', async ({ lines, says, ...rest }) => {
    const error = await eventsOf(lines, rest).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ isRetryable: true })
    expect(String(error)).toContain(says)
  })
})
