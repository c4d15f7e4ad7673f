import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { request as plainRequest } from 'node:http'
import { createServer, request as secureRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { certifyServer } from '../certificates.ts'
import type { ProxyTarget, SeenRequest } from '../faulty-proxy.ts'

/** How a gateway lets requests through. */
export interface GatewaySettings {
  /** The API server behind it, and a client certificate that may impersonate. */
  readonly target: Omit<ProxyTarget, 'rules'>
  /** The user of a bearer token, as RBAC knows it; undefined for a token that is not good. */
  authenticate(token: string): string | undefined
  /** Further names that its certificate is good for, such as `IP:10.0.0.7`. */
  readonly names?: readonly string[]
  /** Called before a request is looked at. */
  readonly onRequest?: (request: SeenRequest) => void
}

/** The front of a real API server: it judges tokens in its stead, as a cloud's webhook does. */
export interface ClusterGateway extends AsyncDisposable {
  /** `https://127.0.0.1:41234`. */
  readonly server: string
  /** PEM in base64. */
  readonly certificateAuthority: string
  readonly requests: readonly SeenRequest[]
  /** The tokens that were let in, each once. */
  tokens(): readonly string[]
  /** The users that were let in, each once. */
  users(): readonly string[]
  /** How many requests were answered with 401. */
  refusals(): number
  /** Refuses so many requests from now on, whatever their token. */
  refuseNext(times: number): void
}

/** Starts a gateway on the loopback interface, with a certificate of an authority of its own. */
export async function startClusterGateway(settings: GatewaySettings): Promise<ClusterGateway> {
  const { authority, certificate, privateKey } = certifyServer(
    'IP:127.0.0.1',
    ...(settings.names ?? []),
  )
  const requests: SeenRequest[] = []
  const tokens = new Set<string>()
  const users = new Set<string>()
  let refusals = 0
  let toRefuse = 0
  const server = createServer({ cert: certificate, key: privateKey }, (incoming, outgoing) => {
    const seen = seenRequest(incoming)
    requests.push(seen)
    settings.onRequest?.(seen)
    const token = /^Bearer (.+)$/.exec(incoming.headers.authorization ?? '')?.[1] ?? ''
    const user = toRefuse > 0 ? undefined : settings.authenticate(token)
    toRefuse = Math.max(0, toRefuse - 1)
    if (user === undefined) {
      refusals += 1
      incoming.resume()
      outgoing.writeHead(401, { 'content-type': 'application/json' }).end(unauthorized)
      return
    }
    tokens.add(token)
    users.add(user)
    void passOn(settings.target, user, { incoming, outgoing })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The gateway has no port')
  return {
    server: `https://127.0.0.1:${address.port}`,
    certificateAuthority: Buffer.from(authority).toString('base64'),
    requests,
    tokens: () => [...tokens],
    users: () => [...users],
    refusals: () => refusals,
    refuseNext: (times) => void (toRefuse = times),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

const unauthorized = JSON.stringify({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'Unauthorized',
  reason: 'Unauthorized',
  code: 401,
})

function seenRequest({ method = '', url = '', headers }: IncomingMessage): SeenRequest {
  return { method, path: url, headers }
}

interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

async function passOn(
  { url, tls }: GatewaySettings['target'],
  user: string,
  { incoming, outgoing }: Exchange,
): Promise<void> {
  const request = url.protocol === 'https:' ? secureRequest : plainRequest
  const onward = request(new URL(incoming.url ?? '/', url), {
    method: incoming.method,
    headers: { ...withoutIdentity(incoming.headers), 'impersonate-user': user },
    ...tls,
  })
  outgoing.on('close', () => onward.destroy())
  try {
    const answered = new Promise<IncomingMessage>((answer, fail) => {
      onward.on('response', answer)
      onward.on('error', fail)
    })
    const [answer] = await Promise.all([answered, pipeline(incoming, onward)])
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    outgoing.flushHeaders()
    await pipeline(answer, outgoing)
  } catch {
    // The client sees a connection that ended: a gateway has no more to say about it.
    outgoing.destroy()
  }
}

/** Who asks is the gateway's word alone. */
function withoutIdentity(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !['authorization', 'host'].includes(name) && !name.startsWith('impersonate-'),
    ),
  )
}
