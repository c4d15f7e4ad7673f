import * as http from 'node:http'
import * as https from 'node:https'
import { fromBase64 } from './credential.ts'
import type { Credential, CredentialSource } from './credential.ts'
import type { ClusterAccess } from './kubeconfig.ts'

/** A request to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the server's address, without the query. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string
  readonly contentType?: string
  readonly accept?: string
}

/** What the API server answered. */
export interface ApiAnswer {
  readonly status: number
  readonly text: string
  readonly headers: http.IncomingHttpHeaders
}

/** One attempt at a request; rejects with the system's error when no answer comes. */
export type Transport = (request: ApiRequest, signal: AbortSignal) => Promise<ApiAnswer>

/** What a transport needs to know besides the kubeconfig. */
export interface TransportOptions {
  readonly credential: CredentialSource
  readonly userAgent: string
  /** Where `HTTPS_PROXY` and `NO_PROXY` are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

const connectTimeoutMilliseconds = 10_000
const answerTimeoutMilliseconds = 30_000
/** Enough to hide latency, few enough not to be throttled by API priority and fairness. */
const connections = 8

/** Requests over connections that are kept open, with the certificates that the kubeconfig gives. */
export function clusterTransport(access: ClusterAccess, options: TransportOptions): Transport {
  const pool = agentPool(access, options.environment)
  return async (request, signal) => {
    const credential = await options.credential()
    return send(request, {
      url: urlOf(access, request),
      agent: pool(credential),
      headers: headersOf(request, credential, { access, userAgent: options.userAgent }),
      signal,
    })
  }
}

/** Keeps an agent for as long as the client certificate stays the same. */
function agentPool(
  access: ClusterAccess,
  environment: TransportOptions['environment'],
): (credential: Credential) => http.Agent {
  let current: { readonly certificate: string | undefined; readonly agent: http.Agent } | undefined
  return (credential) => {
    if (current === undefined || current.certificate !== credential.certificate) {
      current?.agent.destroy()
      current = {
        certificate: credential.certificate,
        agent: newAgent(access, credential, environment),
      }
    }
    return current.agent
  }
}

function newAgent(
  { cluster }: ClusterAccess,
  credential: Credential,
  environment: TransportOptions['environment'],
): http.Agent {
  const proxyEnv = cluster.proxyUrl ? { HTTPS_PROXY: cluster.proxyUrl } : environment
  const common = { keepAlive: true, maxSockets: connections, proxyEnv }
  if (cluster.server.startsWith('http:')) return new http.Agent(common)
  return new https.Agent({
    ...common,
    ...(cluster.caData ? { ca: fromBase64(cluster.caData) } : {}),
    ...(credential.certificate === undefined ? {} : { cert: credential.certificate }),
    ...(credential.key === undefined ? {} : { key: credential.key }),
    ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
    rejectUnauthorized: !cluster.skipTLSVerify,
  })
}

function urlOf({ cluster }: ClusterAccess, request: ApiRequest): URL {
  const url = new URL(cluster.server)
  url.pathname = `${url.pathname.replace(/\/$/, '')}${request.path}`
  url.search = new URLSearchParams(request.query ?? {}).toString()
  return url
}

function headersOf(
  request: ApiRequest,
  credential: Credential,
  { access, userAgent }: { readonly access: ClusterAccess; readonly userAgent: string },
): Record<string, string> {
  const { impersonateUser } = access.user
  return {
    accept: request.accept ?? 'application/json',
    'user-agent': userAgent,
    ...(request.body === undefined
      ? {}
      : {
          'content-type': request.contentType ?? 'application/json',
          'content-length': Buffer.byteLength(request.body).toFixed(0),
        }),
    ...(credential.authorization === undefined ? {} : { authorization: credential.authorization }),
    ...(impersonateUser ? { 'impersonate-user': impersonateUser } : {}),
  }
}

interface Sending {
  readonly url: URL
  readonly agent: http.Agent
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
}

async function send(
  request: ApiRequest,
  { url, agent, headers, signal }: Sending,
): Promise<ApiAnswer> {
  const make = url.protocol === 'http:' ? http.request : https.request
  const timeout = AbortSignal.timeout(answerTimeoutMilliseconds)
  return new Promise((resolve, reject) => {
    const outgoing = make(url, {
      method: request.method,
      agent,
      headers,
      signal: AbortSignal.any([signal, timeout]),
    })
    rejectSlowConnections(outgoing)
    outgoing.on('error', (error) => reject(timeout.aborted ? timeoutError() : error))
    outgoing.on('response', (incoming) => {
      collect(incoming).then(resolve, reject)
    })
    outgoing.end(request.body)
  })
}

/** A private endpoint seen from outside drops packets: ten seconds tell as much as two minutes. */
function rejectSlowConnections(outgoing: http.ClientRequest): void {
  outgoing.on('socket', (socket) => {
    if (!socket.connecting) return
    const timer = setTimeout(() => outgoing.destroy(timeoutError()), connectTimeoutMilliseconds)
    socket.once('connect', () => clearTimeout(timer))
    socket.once('close', () => clearTimeout(timer))
  })
}

function timeoutError(): Error {
  return Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })
}

async function collect(incoming: http.IncomingMessage): Promise<ApiAnswer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of incoming) if (chunk instanceof Uint8Array) chunks.push(chunk)
  return {
    status: incoming.statusCode ?? 0,
    text: Buffer.concat(chunks).toString('utf8'),
    headers: incoming.headers,
  }
}
