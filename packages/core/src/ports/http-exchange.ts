import * as http from 'node:http'
import * as https from 'node:https'
import { systemCodeOf } from '../errors.ts'
import type { Agents } from './http-agents.ts'
import { httpResponse } from './http-response.ts'
import type { HttpResponse } from './http-response.ts'

/** One request and its answer. */
export interface Exchange {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** A chunk has to stay as it is only until the next one is asked for. */
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined
  /** Without a byte in either direction for so long, it is given up. */
  readonly stallSeconds: number
  readonly signal: AbortSignal
}

const safeToRepeat = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']

/** Sends a request over a kept connection. Rejects with the system's error when no answer comes. */
export async function exchange(request: Exchange, agents: Agents): Promise<HttpResponse> {
  const first = await attempt(request, agents)
  if (first.answer !== undefined) return first.answer
  // The other side had closed a kept connection before it saw the request.
  const isRepeatable = safeToRepeat.includes(request.method) && !isStream(request.body)
  if (!first.wasKept || !isRepeatable) throw first.error
  const second = await attempt(request, agents)
  if (second.answer !== undefined) return second.answer
  throw second.error
}

interface Attempt {
  readonly answer?: HttpResponse
  readonly error?: unknown
  readonly wasKept?: boolean
}

async function attempt(request: Exchange, agents: Agents): Promise<Attempt> {
  const { url, method, headers, signal, stallSeconds } = request
  signal.throwIfAborted()
  const make = url.protocol === 'https:' ? https.request : http.request
  const outgoing = make(url, { method, headers, agent: agents(url) })
  outgoing.setTimeout(stallSeconds * 1000, () => outgoing.destroy(stalled(stallSeconds)))
  endWith(outgoing, signal)
  const answered = answerTo(outgoing, request)
  try {
    // An answer may come before the request is sent, and only a failed sending is of interest.
    return { answer: await Promise.race([answered, sendBody(outgoing, request.body)]) }
  } catch (error) {
    outgoing.destroy()
    answered.catch(() => undefined)
    const isCut = ['ECONNRESET', 'EPIPE'].includes(systemCodeOf(error) ?? '')
    return { error, wasKept: outgoing.reusedSocket && isCut }
  }
}

function isStream(body: Exchange['body']): body is AsyncIterable<Uint8Array> {
  return body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)
}

function stalled(seconds: number): Error {
  return new DOMException(`nothing was sent or received for ${seconds} s`, 'TimeoutError')
}

/** Ends an exchange when the signal aborts. */
function endWith(stream: http.ClientRequest | http.IncomingMessage, signal: AbortSignal): void {
  const abort = (): void => void stream.destroy(reasonOf(signal))
  signal.addEventListener('abort', abort, { once: true })
  stream.once('close', () => signal.removeEventListener('abort', abort))
}

function reasonOf({ reason }: { readonly reason: unknown }): Error {
  return isError(reason) ? reason : new DOMException('aborted', 'AbortError')
}

/** Errors may come from another context than this one. */
function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'name' in value && 'message' in value
}

function answerTo(outgoing: http.ClientRequest, request: Exchange): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let isAnswered = false
    outgoing.on('error', reject)
    // Every request closes in the end, and making an error takes time.
    outgoing.on('close', () => isAnswered || reject(closed()))
    outgoing.on('response', (incoming) => {
      isAnswered = true
      // Whoever reads the answer is told; there may be nobody.
      incoming.on('error', () => undefined)
      // A refusal may come while the body is still being sent: nobody wants the rest of it.
      if (!outgoing.writableEnded) incoming.once('end', () => outgoing.destroy())
      try {
        resolve(responseOf(incoming, request))
      } catch (error) {
        incoming.destroy()
        reject(isError(error) ? error : closed())
      }
    })
  })
}

function closed(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })
}

const statusesWithoutBody = [204, 205, 304]

function responseOf(
  incoming: http.IncomingMessage,
  { method, url, signal }: Exchange,
): HttpResponse {
  const isEmpty =
    method === 'HEAD' ||
    statusesWithoutBody.includes(incoming.statusCode ?? 0) ||
    incoming.headers['content-length'] === '0'
  if (isEmpty) incoming.resume()
  else endWith(incoming, signal)
  return httpResponse(incoming, { url, isEmpty })
}

/** Never resolves: what it is about is the answer. */
async function sendBody(outgoing: http.ClientRequest, body: Exchange['body']): Promise<never> {
  if (isStream(body)) await sendChunks(outgoing, body)
  else outgoing.end(body)
  return new Promise(() => undefined)
}

async function sendChunks(
  outgoing: http.ClientRequest,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const state = { isAnswered: false }
  outgoing.once('response', () => (state.isAnswered = true))
  for await (const chunk of withOwnFailures(chunks)) {
    await written(outgoing, chunk)
    if (state.isAnswered) return
  }
  outgoing.end()
}

/** What a body throws is none of the connection's failures. */
export class BodyFailure extends Error {
  constructor(cause: unknown) {
    super('The body of the request failed', { cause })
  }
}

async function* withOwnFailures(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (error) {
    throw new BodyFailure(error)
  }
}

/** Waits until the system has taken a chunk: from then on its memory may be used again. */
function written(outgoing: http.ClientRequest, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(closed())
    outgoing.once('close', fail)
    outgoing.write(chunk, (error) => {
      outgoing.off('close', fail)
      if (error) reject(error)
      else resolve()
    })
  })
}
