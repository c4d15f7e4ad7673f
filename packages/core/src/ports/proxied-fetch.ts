import * as http from 'node:http'
import * as https from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isLoopback } from '../loopback.ts'

/** What is asked of a fetch through a proxy: the parts of a RequestInit that the http port uses. */
export interface ProxiedRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | ReadableStream<Uint8Array> | undefined
  readonly redirect: 'follow' | 'manual' | 'error'
  readonly signal: AbortSignal
}

/** Makes one request and gives the answer as fetch would. */
export type ProxiedFetch = (url: URL, request: ProxiedRequest) => Promise<Response>

type Environment = Readonly<Record<string, string | undefined>>

const mostRedirects = 20
const statusesWithoutBody = [204, 205, 304]

/**
 * A fetch that goes through the proxy which HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, in either
 * case, as Node.js reads them: its own fetch heeds them only when the process was started so.
 * Undefined where they name none for a URL; addresses of this machine and of its link never go
 * through one.
 */
export function proxiedFetch(environment: Environment): (url: URL) => ProxiedFetch | undefined {
  const options = { keepAlive: true, proxyEnv: environment }
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) }
  const follow: ProxiedFetch = async (url, request) => {
    let next = { url, request }
    for (let redirects = 0; ; redirects += 1) {
      const response = await send(next.url, next.request, agents)
      const target = redirectOf(next.url, response, request)
      if (target === undefined) return response
      if (redirects === mostRedirects) throw new Error('it was redirected too often')
      await response.body?.cancel()
      next = { url: target, request: redirected(next.url, target, { ...next, response }) }
    }
  }
  return (url) => (isProxied(url, environment) ? follow : undefined)
}

function isProxied({ protocol, host, hostname }: URL, environment: Environment): boolean {
  if (isLoopback(host) || hostname.startsWith('169.254.')) return false
  const names =
    protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY']
  return names.some((name) => (environment[name] ?? '') !== '')
}

interface Agents {
  readonly 'http:': http.Agent
  readonly 'https:': https.Agent
}

async function send(url: URL, request: ProxiedRequest, agents: Agents): Promise<Response> {
  const isSecure = url.protocol === 'https:'
  const outgoing = (isSecure ? https.request : http.request)(url, {
    method: request.method,
    headers: { accept: '*/*', ...lengthOf(request), ...request.headers },
    agent: agents[isSecure ? 'https:' : 'http:'],
    signal: request.signal,
  })
  const answered = new Promise<http.IncomingMessage>((answer, fail) => {
    outgoing.on('response', answer)
    outgoing.on('error', fail)
  })
  const sent = sendBody(request.body, outgoing)
  try {
    // A server may answer before it has read the whole request; what fails is told by the answer.
    const incoming = await Promise.race([answered, sent.then(() => answered)])
    return responseOf(url, incoming, request.method)
  } catch (error) {
    // As fetch has it: with the reason of the signal, not with what that did to the connection.
    request.signal.throwIfAborted()
    throw error
  }
}

function lengthOf({ body, method }: ProxiedRequest): Readonly<Record<string, string>> {
  if (body instanceof ReadableStream) return {}
  if (body !== undefined) return { 'content-length': Buffer.byteLength(body).toFixed(0) }
  return ['POST', 'PUT', 'PATCH'].includes(method) ? { 'content-length': '0' } : {}
}

async function sendBody(body: ProxiedRequest['body'], outgoing: http.ClientRequest): Promise<void> {
  if (body instanceof ReadableStream) await pipeline(Readable.fromWeb(body), outgoing)
  else outgoing.end(body)
}

function responseOf(url: URL, incoming: http.IncomingMessage, method: string): Response {
  const status = incoming.statusCode ?? 0
  const hasBody = method !== 'HEAD' && !statusesWithoutBody.includes(status)
  if (!hasBody) incoming.resume()
  const headers = new Headers()
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '')
  }
  const body = hasBody ? (Readable.toWeb(incoming) as ReadableStream<Uint8Array>) : null
  const response = new Response(body, { status, headers })
  return Object.defineProperty(response, 'url', { value: url.href })
}

/** Where an answer sends the request on to; undefined where it is not sent on. */
function redirectOf(
  url: URL,
  response: Response,
  { redirect, body }: ProxiedRequest,
): URL | undefined {
  const location = response.headers.get('location')
  if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return undefined
  if (redirect === 'manual') return undefined
  if (redirect === 'error' || body instanceof ReadableStream) throw new Error('it was redirected')
  const target = URL.parse(location, url.href)
  if (target !== null && ['http:', 'https:'].includes(target.protocol)) return target
  throw new Error('it was redirected to no address')
}

const credentials = ['authorization', 'cookie', 'proxy-authorization']
const bodyHeaders = ['content-type', 'content-length', 'content-encoding', 'content-language']

/** As the fetch standard has it: no credentials for another origin, and GET after 303. */
function redirected(
  from: URL,
  to: URL,
  { request, response }: { readonly request: ProxiedRequest; readonly response: Response },
): ProxiedRequest {
  const isPost = request.method === 'POST' && [301, 302].includes(response.status)
  const isOther = response.status === 303 && !['GET', 'HEAD'].includes(request.method)
  const dropped = [
    ...(from.origin === to.origin ? [] : credentials),
    ...(isPost || isOther ? bodyHeaders : []),
  ]
  const headers = Object.entries(request.headers).filter(
    ([name]) => !dropped.includes(name.toLowerCase()),
  )
  const kept = { ...request, headers: Object.fromEntries(headers) }
  return isPost || isOther ? { ...kept, method: 'GET', body: undefined } : kept
}
