import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, request } from 'node:https'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** An API server, and an administrator's credentials for it; all as PEM. */
export interface CountedServer {
  readonly url: URL
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** What went through the proxy. */
export interface Traffic {
  readonly requests: number
  /** Bodies of requests and answers. */
  readonly bytes: number
}

/** A proxy on the loopback interface that counts what goes through it. */
export interface CountingProxy extends AsyncDisposable {
  readonly url: string
  /** What went through since it was asked for last. */
  take(): Traffic
}

/** Starts a proxy without TLS in front of an API server: who reaches it is the administrator. */
export async function startCountingProxy(target: CountedServer): Promise<CountingProxy> {
  const agent = new Agent({ ...target, keepAlive: true })
  const traffic = { requests: 0, bytes: 0 }
  const counted = (): Transform =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        traffic.bytes += chunk.byteLength
        done(null, chunk)
      },
    })
  const server = createServer((incoming, outgoing) => {
    traffic.requests += 1
    void passOn({ incoming, outgoing, agent, url: target.url, counted })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    take() {
      const taken = { ...traffic }
      Object.assign(traffic, { requests: 0, bytes: 0 })
      return taken
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((closed) => server.close(() => closed()))
      agent.destroy()
    },
  }
}

interface Passage {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly agent: Agent
  readonly url: URL
  readonly counted: () => Transform
}

async function passOn({ incoming, outgoing, agent, url, counted }: Passage): Promise<void> {
  const onward = request(new URL(incoming.url ?? '/', url), {
    method: incoming.method,
    headers: incoming.headers,
    agent,
  })
  const answered = new Promise<IncomingMessage>((answer, fail) => {
    onward.on('response', answer)
    onward.on('error', fail)
  })
  outgoing.on('close', () => onward.destroy())
  try {
    const [answer] = await Promise.all([answered, pipeline(incoming, counted(), onward)])
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    outgoing.flushHeaders()
    await pipeline(answer, counted(), outgoing)
  } catch {
    // A client that goes away, such as at the end of a watch, ends both sides.
    outgoing.destroy()
  }
}
