import { createServer, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What a proxy is made with. */
export interface ConnectProxySettings {
  /** Where it really connects to, `127.0.0.1:41234`, for a host and port that it is asked for. */
  readonly routeOf: (host: string) => string | undefined
  /** `user:password` that it asks for. */
  readonly credentials?: string
}

/** A proxy as networks have them to the outside: tunnels by CONNECT, and plain HTTP requests. */
export interface ConnectProxy extends AsyncDisposable {
  /** `http://127.0.0.1:41234`, with the credentials. */
  readonly url: string
  /** What it was asked for, in order: `CONNECT example.com:443`, `GET http://example.com/`. */
  readonly asked: readonly string[]
}

/** Starts a proxy on the loopback interface. */
export async function startConnectProxy(settings: ConnectProxySettings): Promise<ConnectProxy> {
  const { routeOf, credentials } = settings
  const asked: string[] = []
  const open = new Set<Socket | Duplex>()
  const expected =
    credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`
  const server = createServer((incoming, outgoing) => {
    const url = incoming.url ?? ''
    asked.push(`${incoming.method ?? ''} ${url}`)
    const route = isKnown(incoming) ? routeOf(new URL(url).host) : undefined
    if (route === undefined) {
      outgoing.writeHead(isKnown(incoming) ? 403 : 407).end()
      return
    }
    const { pathname, search } = new URL(url)
    const onward = request(
      `http://${route}${pathname}${search}`,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  server.on('connect', (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    asked.push(`CONNECT ${incoming.url ?? ''}`)
    const route = isKnown(incoming) ? routeOf(incoming.url ?? '') : undefined
    if (route === undefined) {
      client.end(`HTTP/1.1 ${isKnown(incoming) ? '403 Forbidden' : '407 Login'}\r\n\r\n`)
      return
    }
    const onward = connect(Number(route.split(':')[1]), route.split(':')[0] ?? '', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.write(head)
      onward.pipe(client).pipe(onward)
    })
    for (const socket of [client, onward]) {
      open.add(socket)
      socket.on('error', () => {
        client.destroy()
        onward.destroy()
      })
    }
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  const prefix = credentials === undefined ? '' : `${credentials}@`
  return {
    url: `http://${prefix}127.0.0.1:${address.port}`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }

  function isKnown({ headers }: IncomingMessage): boolean {
    return expected === undefined || headers['proxy-authorization'] === expected
  }
}
