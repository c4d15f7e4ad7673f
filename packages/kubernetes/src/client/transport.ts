import * as http from 'node:http'
import * as https from 'node:https'
import { isLoopback } from '@oke-pipeline/core'
import type { ClusterAccess } from './access.ts'
import { connectTimeoutMilliseconds, timeoutError, tlsOptions } from './connect-tls.ts'
import { sendWith } from './credential.ts'
import type { Credential, CredentialSource } from './credential.ts'
import type { ApiAnswer, ApiRequest } from './exchange.ts'
import { sessionPool } from './session-pool.ts'

/** One attempt at a request; rejects with the system's error when no answer comes. */
export type Transport = (request: ApiRequest, signal: AbortSignal) => Promise<ApiAnswer>

/** What a transport needs to know besides the way to the cluster. */
export interface TransportOptions {
  readonly credential: CredentialSource
  readonly userAgent: string
  /** Where `HTTPS_PROXY` and `NO_PROXY` are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

const answerTimeoutMilliseconds = 30_000
/** Enough to hide latency, few enough not to be throttled by API priority and fairness. */
const connections = 32

/**
 * Requests over what is kept open, with the certificates that the kubeconfig gives: one connection
 * by HTTP/2 where the server speaks it and no proxy is in between, else several.
 */
export function clusterTransport(access: ClusterAccess, options: TransportOptions): Transport {
  const { environment, userAgent } = options
  const pool = agentPool(access, { environment, connections })
  const sessions = isDirect(access, environment) ? sessionPool(access) : undefined
  return async (request, signal) =>
    sendWith(options.credential, async (credential) => {
      const headers = headersOf(request, credential, { access, userAgent })
      const sending = { url: urlOf(access, request), headers, signal }
      const session = await sessions?.(credential)
      if (session === undefined) return send(request, { ...sending, agent: pool(credential) })
      return session.exchange(request, {
        ...sending,
        timeoutMilliseconds: answerTimeoutMilliseconds,
      })
    })
}

/** Whether a TLS connection can be made without asking a proxy for it. */
function isDirect(
  { cluster }: ClusterAccess,
  environment: TransportOptions['environment'],
): boolean {
  const { HTTPS_PROXY, https_proxy } = proxyFor(cluster, environment)
  return cluster.server.startsWith('https:') && !HTTPS_PROXY && !https_proxy
}

/** Connections of one kind: how many there may be, and through which proxies they go. */
export interface PoolOptions {
  readonly environment: TransportOptions['environment']
  readonly connections: number
}

/** Keeps an agent for as long as the client certificate stays the same. */
export function agentPool(
  access: ClusterAccess,
  options: PoolOptions,
): (credential: Credential) => http.Agent {
  let current: { readonly certificate: string | undefined; readonly agent: http.Agent } | undefined
  return (credential) => {
    if (current === undefined || current.certificate !== credential.certificate) {
      current?.agent.destroy()
      current = {
        certificate: credential.certificate,
        agent: newAgent(access, credential, options),
      }
    }
    return current.agent
  }
}

function newAgent(
  access: ClusterAccess,
  credential: Credential,
  { environment, connections: maxSockets }: PoolOptions,
): http.Agent {
  const { cluster } = access
  const proxyEnv = proxyFor(cluster, environment)
  const common = { keepAlive: true, maxSockets, proxyEnv }
  if (cluster.server.startsWith('http:')) return new http.Agent(common)
  return new https.Agent({ ...common, ...tlsOptions(access, credential) })
}

/** No proxy leads to this machine: such an address is the end of a tunnel. */
function proxyFor(
  { server, proxyUrl }: ClusterAccess['cluster'],
  environment: TransportOptions['environment'],
): TransportOptions['environment'] {
  if (proxyUrl) return { HTTPS_PROXY: proxyUrl }
  return isLoopback(new URL(server).host) ? {} : environment
}

/** Where a request goes. */
export function urlOf({ cluster }: ClusterAccess, request: ApiRequest): URL {
  const url = new URL(cluster.server)
  url.pathname = `${url.pathname.replace(/\/$/, '')}${request.path}`
  url.search = new URLSearchParams(request.query ?? {}).toString()
  return url
}

/** What a request says of itself and of who makes it. */
export function headersOf(
  request: ApiRequest,
  credential: Credential,
  { access, userAgent }: { readonly access: ClusterAccess; readonly userAgent: string },
): Record<string, string> {
  const impersonateUser = 'user' in access ? access.user.impersonateUser : undefined
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

function rejectSlowConnections(outgoing: http.ClientRequest): void {
  outgoing.on('socket', (socket) => {
    if (!socket.connecting) return
    const timer = setTimeout(() => outgoing.destroy(timeoutError()), connectTimeoutMilliseconds)
    socket.once('connect', () => clearTimeout(timer))
    socket.once('close', () => clearTimeout(timer))
  })
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
