import { createServer, request as plainRequest } from 'node:http'
import type {
  IncomingHttpHeaders,
  IncomingMessage,
  RequestOptions,
  ServerResponse,
} from 'node:http'
import { request as secureRequest } from 'node:https'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** What goes wrong with a request. */
export type Fault =
  /** Answered by the proxy; the server behind it never hears of the request. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  /** The connection ends after so many bytes of the request's body. */
  | { readonly kind: 'cut-request'; readonly afterBytes: number }
  /** The connection ends after so many bytes of the answer's body; with 0, before its headers. */
  | { readonly kind: 'cut-answer'; readonly afterBytes: number }
  /** The answer is passed on with other headers; `undefined` takes one away. */
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string | undefined>> }
  /** The answer is passed on with another body. */
  | { readonly kind: 'body'; readonly change: (body: Buffer) => Buffer | string }
  /** The request is passed on so much later. */
  | { readonly kind: 'delay'; readonly seconds: number }
  /** The body of the answer comes byte by byte, each so much after the one before. */
  | { readonly kind: 'drip'; readonly seconds: number }
  /** The same is to be asked for at another server. */
  | { readonly kind: 'redirect'; readonly to: URL }
  /** No answer ever comes. */
  | { readonly kind: 'silence' }

/** A fault, and the requests that it happens to. */
export interface FaultRule {
  readonly method?: string
  /** Matched against path and query. */
  readonly path?: RegExp
  /** Whether it happens to this request, where method and path do not say it. */
  readonly when?: (request: SeenRequest) => boolean
  readonly fault: Fault
  /** How many requests that match are let through before it happens; none when not given. */
  readonly after?: number
  /** How often it happens; once when not given. */
  readonly times?: number
}

/** A request that the proxy saw. */
export interface SeenRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** What the server behind the proxy answered; absent when it did not, or was not asked. */
  readonly status?: number
}

/** A running proxy. */
export interface FaultyProxy extends AsyncDisposable {
  /** `127.0.0.1:41234`. */
  readonly host: string
  readonly url: URL
  /** Everything that was asked for, in order. */
  readonly requests: SeenRequest[]
  /** Makes something go wrong from now on; rules that were added first come first. */
  add(...rules: readonly FaultRule[]): void
  /** How many faults have happened. */
  readonly faults: () => number
  close(): Promise<void>
}

/** The server behind the proxy. */
export interface ProxyTarget {
  readonly url: URL
  /** For a server with TLS: its authority, and a client certificate when it wants one. */
  readonly tls?: Pick<
    RequestOptions & { ca?: string; cert?: string; key?: string },
    'ca' | 'cert' | 'key'
  >
  readonly rules?: readonly FaultRule[]
}

interface ActiveRule {
  readonly rule: FaultRule
  /** Requests to be let through before. */
  before: number
  left: number
}

/**
 * Starts a proxy on the loopback interface that passes everything on to a real server, streams
 * included, and lets go wrong what its rules say. The Host header is kept, so that addresses which
 * the server makes from it lead back to the proxy.
 */
export async function startFaultyProxy(target: ProxyTarget): Promise<FaultyProxy> {
  const requests: SeenRequest[] = []
  const rules: ActiveRule[] = []
  let faults = 0
  const server = createServer((incoming, outgoing) => {
    const place = requests.length
    const { method = '', url: path = '', headers } = incoming
    const seen: SeenRequest = { method, path, headers }
    requests.push(seen)
    const active = rules.find((rule) => isDue(rule, seen))
    if (active !== undefined) {
      active.left -= 1
      faults += 1
    }
    const onAnswer = (status: number): void => {
      requests[place] = { ...seen, status }
    }
    void handle(target, active?.rule.fault, { incoming, outgoing, onAnswer })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  const host = `127.0.0.1:${address.port}`
  const proxy: FaultyProxy = {
    host,
    url: new URL(`http://${host}/`),
    requests,
    add(...added) {
      const active = added.map((rule) => ({ rule, before: rule.after ?? 0, left: rule.times ?? 1 }))
      rules.push(...active)
    },
    faults: () => faults,
    close() {
      server.closeAllConnections()
      return new Promise((closed) => server.close(() => closed()))
    },
    [Symbol.asyncDispose]: () => proxy.close(),
  }
  proxy.add(...(target.rules ?? []))
  return proxy
}

/** Whether a fault happens to this request; one that is let through is counted. */
function isDue(active: ActiveRule, request: SeenRequest): boolean {
  if (active.left === 0 || !isMatch(active.rule, request)) return false
  active.before -= 1
  return active.before < 0
}

function isMatch({ method, path, when }: FaultRule, request: SeenRequest): boolean {
  if (method !== undefined && method !== request.method) return false
  if (path !== undefined && !path.test(request.path)) return false
  return when === undefined || when(request)
}

interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly onAnswer: (status: number) => void
}

async function handle(
  target: ProxyTarget,
  fault: Fault | undefined,
  exchange: Exchange,
): Promise<void> {
  const { incoming, outgoing } = exchange
  try {
    if (fault?.kind === 'silence') return
    if (fault?.kind === 'answer') {
      incoming.resume()
      outgoing.writeHead(fault.status, fault.headers).end(fault.body)
      return
    }
    if (fault?.kind === 'redirect') {
      incoming.resume()
      outgoing.writeHead(307, { location: new URL(incoming.url ?? '/', fault.to).href }).end()
      return
    }
    if (fault?.kind === 'delay') await wait(fault.seconds)
    await passOn(target, fault, exchange)
  } catch {
    // Both sides see a connection that ended: that is what a proxy has to say about any failure.
    incoming.destroy()
    outgoing.destroy()
  }
}

function wait(seconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, seconds * 1000))
}

async function passOn(
  target: ProxyTarget,
  fault: Fault | undefined,
  { incoming, outgoing, onAnswer }: Exchange,
): Promise<void> {
  const request = target.url.protocol === 'https:' ? secureRequest : plainRequest
  const onward = request(new URL(incoming.url ?? '/', target.url), {
    method: incoming.method,
    headers: incoming.headers,
    ...target.tls,
  })
  outgoing.on('close', () => onward.destroy())
  const answered = new Promise<IncomingMessage>((answer, fail) => {
    onward.on('response', answer)
    onward.on('error', fail)
  })
  const sent = pipeline(incoming, cut(fault, 'cut-request'), onward)
  // A server may answer before it has read the whole request.
  const answer = await Promise.race([answered, sent.then(() => answered)])
  onAnswer(answer.statusCode ?? 502)
  await passBack(answer, fault, outgoing)
}

async function passBack(
  answer: IncomingMessage,
  fault: Fault | undefined,
  outgoing: ServerResponse,
): Promise<void> {
  if (fault?.kind === 'cut-answer' && fault.afterBytes === 0) throw new Error('cut')
  const status = answer.statusCode ?? 502
  const headers = { ...answer.headers, ...(fault?.kind === 'headers' ? fault.headers : {}) }
  if (fault?.kind === 'body') {
    const body = Buffer.from(fault.change(await bodyOf(answer)))
    const length = { 'content-length': `${body.byteLength}`, 'transfer-encoding': undefined }
    outgoing.writeHead(status, withoutAbsent({ ...headers, ...length })).end(body)
    return
  }
  outgoing.writeHead(status, withoutAbsent(headers))
  outgoing.flushHeaders()
  const changed = fault?.kind === 'drip' ? drip(fault.seconds) : cut(fault, 'cut-answer')
  await pipeline(answer, changed, outgoing)
}

function withoutAbsent(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function drip(seconds: number): (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (chunks) {
    for await (const chunk of chunks) {
      for (const byte of chunk) {
        await wait(seconds)
        yield Buffer.of(byte)
      }
    }
  }
}

/** Passes bytes on, up to the number that the fault allows. */
function cut(fault: Fault | undefined, kind: 'cut-request' | 'cut-answer'): Transform {
  let left = fault?.kind === kind ? fault.afterBytes : Infinity
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.byteLength
      if (left < 0) done(new Error('cut'))
      else done(null, chunk)
    },
  })
}
