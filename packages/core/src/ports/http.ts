import { ServiceError, causeOf, messageOf, nameOf, systemCodeOf } from '../errors.ts'
import { version } from '../version.ts'
import { keptConnections } from './http-agents.ts'
import type { Agents } from './http-agents.ts'
import { BodyFailure, exchange } from './http-exchange.ts'
import type { Exchange } from './http-exchange.ts'
import { follow } from './http-redirects.ts'
import type { HttpResponse } from './http-response.ts'

/** A request over HTTP, and how long it may take. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** Of a stream, a chunk has to stay as it is only until the next one is asked for. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** From the request to the last byte of the answer. */
  readonly timeoutSeconds?: number
  /** Given up when not a byte is sent or received for so long; 60 seconds by default. */
  readonly stallSeconds?: number
  /** To be made after a cancellation as well, within its own time: what tidies up. */
  readonly outlivesCancellation?: boolean
  /** Whether a redirect is followed, as it is by default, or is the answer. */
  readonly redirect?: 'follow' | 'manual'
  /** What the service is called in errors: `registry 127.0.0.1:5000`. */
  readonly service: string
}

/** HTTP requests. */
export interface Http {
  /**
   * Makes one attempt and returns the answer, whatever its status. Redirects are followed, without
   * credentials when they lead to another origin (as the fetch standard has it).
   * @throws {@link ServiceError}, retryable, when no answer came; whatever a stream throws that is the body.
   */
  request(request: HttpRequest): Promise<HttpResponse>
}

const defaultTimeoutSeconds = 60
const defaultStallSeconds = 60

/**
 * HTTP over connections that are kept, through the proxy that the environment names; all requests
 * end when the signal aborts.
 */
export function systemHttp(
  action: string,
  signal: AbortSignal,
  environment: Readonly<Record<string, string | undefined>> = {},
): Http {
  const agents = keptConnections(environment)
  const userAgent = `oke-pipeline/${version} (${action})`
  return { request: (request) => send(request, { agents, userAgent, signal }) }
}

interface Sender {
  readonly agents: Agents
  readonly userAgent: string
  readonly signal: AbortSignal
}

async function send(request: HttpRequest, sender: Sender): Promise<HttpResponse> {
  const { agents, userAgent } = sender
  const signal = request.outlivesCancellation === true ? undefined : sender.signal
  const milliseconds = Math.ceil((request.timeoutSeconds ?? defaultTimeoutSeconds) * 1000)
  const timeout = AbortSignal.timeout(milliseconds)
  const first: Exchange = {
    method: request.method,
    url: request.url,
    headers: { 'user-agent': userAgent, accept: '*/*', ...request.headers },
    body: request.body,
    stallSeconds: request.stallSeconds ?? defaultStallSeconds,
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  }
  try {
    const isFollowed = request.redirect !== 'manual'
    return await (isFollowed ? follow(first, agents) : exchange(first, agents))
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof BodyFailure) throw error.cause
    throw unreachable(request, error)
  }
}

function unreachable(request: HttpRequest, error: unknown): ServiceError {
  return new ServiceError({
    service: request.service,
    title: `No answer from ${request.service}`,
    explanation: `${request.method} ${request.url.origin}${request.url.pathname} failed: ${reasonOf(error)}.`,
    remedy: 'Check the host name and that this runner can reach it.',
    isRetryable: true,
    cause: error,
  })
}

const explanations: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed by the other side',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ERR_PROXY_TUNNEL: 'the proxy let no connection through',
  EPIPE: 'the connection was closed by the other side',
  ETIMEDOUT: 'no connection in time',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is signed by an authority that is not trusted here',
}

/** Why no answer came, in words. */
export function reasonOf(error: unknown): string {
  if (nameOf(error) === 'TimeoutError') return 'no answer in time'
  const cause = causeOf(error)
  const code = systemCodeOf(cause) ?? systemCodeOf(error)
  const known = code === undefined ? undefined : explanations[code]
  if (known !== undefined) return `${known} (${code ?? ''})`
  return messageOf(cause ?? error)
}
