import { isLoopback } from '../loopback.ts'
import { dropBody } from './drop-body.ts'
import type { Agents } from './http-agents.ts'
import { exchange } from './http-exchange.ts'
import type { Exchange } from './http-exchange.ts'
import type { HttpResponse } from './http-response.ts'

const mostRedirects = 10

/**
 * Sends a request and follows redirects (RFC 9110, 15.4), without credentials when they lead to
 * another origin, and never from TLS to a connection in the clear. A stream cannot be sent twice:
 * its redirect is the answer.
 */
export async function follow(first: Exchange, agents: Agents): Promise<HttpResponse> {
  let request = first
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const answer = await exchange(request, agents)
    const next = nextOf(request, answer)
    if (next === undefined) return answer
    await dropBody(answer)
    request = next
  }
  throw new Error(`more than ${mostRedirects} redirects`)
}

function nextOf(request: Exchange, { status, headers }: HttpResponse): Exchange | undefined {
  const location = headers.get('location')
  if (![301, 302, 303, 307, 308].includes(status) || location === null) return undefined
  const url = URL.parse(location, request.url.href)
  if (url === null) return undefined
  assertSafe(request.url, url)
  const kept = url.origin === request.url.origin ? request.headers : anonymous(request.headers)
  if (becomesGet(request.method, status)) {
    return { ...request, url, method: 'GET', headers: withoutContent(kept), body: undefined }
  }
  const { body } = request
  const isRepeatable = body === undefined || typeof body === 'string' || body instanceof Uint8Array
  return isRepeatable ? { ...request, url, headers: kept } : undefined
}

/** As browsers and curl have it: a form that was posted is followed by a page. */
function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD'
  return (status === 301 || status === 302) && method === 'POST'
}

function assertSafe(from: URL, to: URL): void {
  if (to.protocol === 'https:') return
  if (to.protocol === 'http:' && (from.protocol === 'http:' || isLoopback(to.host))) return
  throw new Error(`it redirects to ${to.protocol}//${to.host}, which is not secure`)
}

function anonymous(headers: Exchange['headers']): Exchange['headers'] {
  return without(headers, ['authorization', 'cookie', 'proxy-authorization', 'host'])
}

function withoutContent(headers: Exchange['headers']): Exchange['headers'] {
  return without(headers, ['content-type', 'content-length', 'content-encoding'])
}

function without(headers: Exchange['headers'], names: readonly string[]): Exchange['headers'] {
  const kept = Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase()))
  return Object.fromEntries(kept)
}
