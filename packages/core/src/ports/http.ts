import { ServiceError, causeOf, messageOf, nameOf, systemCodeOf } from '../errors.ts'
import { version } from '../version.ts'
import { proxiedFetch } from './proxied-fetch.ts'
import type { ProxiedFetch } from './proxied-fetch.ts'

/** A request over HTTP, and how long it may take. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | ReadableStream<Uint8Array>
  /** From the request to the last byte of the answer. */
  readonly timeoutSeconds?: number
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
   * @throws {@link ServiceError}, retryable, when no answer came.
   */
  request(request: HttpRequest): Promise<Response>
}

const defaultTimeoutSeconds = 60

/**
 * HTTP through Node's fetch, or through the proxy that the variables of an environment name
 * (HTTPS_PROXY, HTTP_PROXY, NO_PROXY); all requests end when the signal aborts.
 */
export function systemHttp(
  action: string,
  signal: AbortSignal,
  environment: Readonly<Record<string, string | undefined>> = {},
): Http {
  const proxied = proxiedFetch(environment)
  return {
    request: (request) => send(request, { action, signal, proxied: proxied(request.url) }),
  }
}

interface Sender {
  readonly action: string
  readonly signal: AbortSignal
  readonly proxied: ProxiedFetch | undefined
}

async function send(request: HttpRequest, { action, signal, proxied }: Sender): Promise<Response> {
  const { method, body } = request
  const timeout = AbortSignal.timeout(
    Math.ceil((request.timeoutSeconds ?? defaultTimeoutSeconds) * 1000),
  )
  const common = {
    method,
    headers: { 'user-agent': `oke-pipeline/${version} (${action})`, ...request.headers },
    signal: AbortSignal.any([signal, timeout]),
    redirect: redirectOf(request),
  }
  try {
    if (proxied !== undefined) return await proxied(request.url, { ...common, body })
    return await fetch(request.url, {
      ...common,
      ...(body === undefined ? {} : { body, duplex: 'half' }),
    })
  } catch (error) {
    signal.throwIfAborted()
    throw unreachable(request, error)
  }
}

/** A stream cannot be sent twice; fetch would keep a copy of all of it for a redirect. */
function redirectOf({ redirect = 'follow', body }: HttpRequest): 'follow' | 'manual' | 'error' {
  return body instanceof ReadableStream ? 'error' : redirect
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
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_SOCKET: 'the connection was closed by the other side',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is signed by an authority that is not trusted here',
}

/** The reason behind fetch's "fetch failed", in words. */
export function reasonOf(error: unknown): string {
  if (nameOf(error) === 'TimeoutError') return 'no answer in time'
  const cause = causeOf(error)
  const code = systemCodeOf(cause) ?? systemCodeOf(error)
  const known = code === undefined ? undefined : explanations[code]
  if (known !== undefined) return `${known} (${code ?? ''})`
  return messageOf(cause ?? error)
}
