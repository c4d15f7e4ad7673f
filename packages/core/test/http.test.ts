import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { dropBody, systemHttp } from '../src/index.ts'
import type { HttpRequest, HttpResponse } from '../src/index.ts'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

interface Service {
  readonly url: URL
  readonly seen: IncomingMessage[]
  readonly sockets: Set<Socket>
}

async function serve(answer: RequestListener): Promise<Service> {
  const seen: IncomingMessage[] = []
  const server = createServer((incoming, outgoing) => {
    seen.push(incoming)
    answer(incoming, outgoing)
  })
  servers.push(server)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: new URL(`http://127.0.0.1:${port}/`), seen, sockets }
}

/** However a connection ends: it may be reset. */
function closing(socket: Socket): Promise<unknown> {
  socket.on('error', () => undefined)
  return new Promise((closed) => socket.once('close', closed))
}

const { signal } = new AbortController()
const http = systemHttp('test', signal)

function ask(url: URL, options: Partial<HttpRequest> = {}): Promise<HttpResponse> {
  return http.request({ method: 'GET', url, service: 'the service', ...options })
}

async function textOf(body: AsyncIterable<unknown> | null): Promise<string> {
  let text = ''
  for await (const chunk of body ?? []) text += String(chunk)
  return text
}

/** A body as a reader of files makes it: one buffer, filled anew for each chunk. */
async function* reusedBuffer(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(100_000)
  for (const text of texts) {
    buffer.fill(text)
    yield buffer
    await Promise.resolve()
  }
  buffer.fill('x')
}

describe('systemHttp', () => {
  it('gives status, headers and body as they are', async () => {
    const { url, seen } = await serve((_incoming, outgoing) => {
      outgoing.writeHead(418, { 'x-one': ['a', 'b'] }).end('tea')
    })
    const answer = await ask(new URL('/pot?kind=green', url), { headers: { 'x-of': 'ours' } })
    expect([answer.status, answer.headers.get('x-one'), await textOf(answer.body)]).toEqual([
      ...[418, 'a, b', 'tea'],
    ])
    expect(answer.url).toBe(`${url.href}pot?kind=green`)
    expect(seen[0]?.url).toBe('/pot?kind=green')
    expect(seen[0]?.headers).toMatchObject({ 'x-of': 'ours' })
    expect(seen[0]?.headers['user-agent']).toMatch(/^oke-pipeline\/\S+ \(test\)$/)
  })

  it('sends one request after another over one connection', async () => {
    const { url, sockets, seen } = await serve((_incoming, outgoing) => void outgoing.end())
    for (let index = 0; index < 5; index += 1) await ask(url)
    expect(seen).toHaveLength(5)
    expect(sockets.size).toBe(1)
  })

  it('asks again when a kept connection had been closed meanwhile', async () => {
    const { url, sockets, seen } = await serve((_incoming, outgoing) => void outgoing.end('yes'))
    await textOf((await ask(url)).body)
    for (const socket of sockets) socket.resetAndDestroy()
    expect(await textOf((await ask(url)).body)).toBe('yes')
    expect(seen).toHaveLength(2)
  })

  it('sends a stream whose memory is used again', async () => {
    const received: string[] = []
    const { url } = await serve((incoming, outgoing) => {
      void textOf(incoming).then((text) => {
        received.push(text)
        outgoing.end()
      })
    })
    const texts = Array.from({ length: 40 }, (_, index) => String.fromCharCode(65 + (index % 26)))
    await ask(url, { method: 'PUT', body: reusedBuffer(texts) })
    expect(received[0]).toBe(texts.map((text) => text.repeat(100_000)).join(''))
  })

  it('never completes a request whose stream fails', async () => {
    const ends: string[] = []
    const { url } = await serve((incoming) => {
      incoming.on('error', () => undefined)
      incoming.on('end', () => ends.push('whole'))
      incoming.on('close', () => ends.push('closed'))
      incoming.resume()
    })
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(70_000)
      await Promise.resolve()
      throw new Error('the file was changed')
    }
    const sent = ask(url, { method: 'PUT', body: failing() })
    await expect(sent).rejects.toEqual(new Error('the file was changed'))
    while (ends.length === 0) await new Promise((next) => setTimeout(next, 5))
    expect(ends).toEqual(['closed'])
  })

  it('takes an answer that comes before the request is sent', async () => {
    const { url } = await serve((_incoming, outgoing) => {
      outgoing.writeHead(401, { connection: 'close' }).end('who are you?')
    })
    let chunks = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        chunks += 1
        yield Buffer.alloc(1000)
        await new Promise((next) => setTimeout(next, 1))
      }
    }
    const answer = await ask(url, { method: 'PUT', body: endless() })
    expect([answer.status, await textOf(answer.body)]).toEqual([401, 'who are you?'])
    expect(chunks).toBeGreaterThan(0)
  })

  it.each([
    { name: 'says nothing', seconds: { stallSeconds: 0.2 }, drip: undefined },
    { name: 'says a little now and then', seconds: { timeoutSeconds: 0.3 }, drip: 20 },
  ])('gives up when the other side $name', async ({ seconds, drip }) => {
    const { url } = await serve((_incoming, outgoing) => {
      if (drip === undefined) return
      outgoing.writeHead(200)
      const timer = setInterval(() => outgoing.write('.'), drip)
      outgoing.on('close', () => clearInterval(timer))
    })
    const answered = ask(url, seconds).then(({ body }) => textOf(body))
    await expect(answered).rejects.toThrow()
  })

  it('says that there was no answer in time', async () => {
    const { url } = await serve(() => undefined)
    await expect(ask(url, { timeoutSeconds: 0.1 })).rejects.toMatchObject({
      name: 'ServiceError',
      isRetryable: true,
      explanation: `GET ${url.href} failed: no answer in time.`,
    })
  })

  it('ends with the signal, also while the answer is read', async () => {
    const { url } = await serve((_incoming, outgoing) => void outgoing.write('half'))
    const controller = new AbortController()
    const cancelled = systemHttp('test', controller.signal)
    const answer = await cancelled.request({ method: 'GET', url, service: 'the service' })
    controller.abort()
    await expect(textOf(answer.body)).rejects.toThrow()
    await expect(
      cancelled.request({ method: 'GET', url, service: 'the service' }),
    ).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('a redirect', () => {
  const headers = { authorization: 'Basic c2VjcmV0', cookie: 'a=b', 'x-of': 'ours' }

  it('is followed with the credentials at the same origin', async () => {
    const { url, seen } = await serve((incoming, outgoing) => {
      if (incoming.url === '/') outgoing.writeHead(307, { location: '/there' })
      outgoing.end('here')
    })
    const answer = await ask(url, { headers })
    expect(answer.url).toBe(`${url.href}there`)
    expect(seen[1]?.headers).toMatchObject(headers)
  })

  it('is followed without credentials to another origin, and not with them back', async () => {
    const back = await serve((_incoming, outgoing) => void outgoing.end('back'))
    const other = await serve((_incoming, outgoing) => {
      outgoing.writeHead(302, { location: back.url.href }).end()
    })
    const first = await serve((_incoming, outgoing) => {
      outgoing.writeHead(302, { location: other.url.href }).end()
    })
    expect(await textOf((await ask(first.url, { headers })).body)).toBe('back')
    for (const { seen } of [other, back]) {
      expect(seen[0]?.headers).toMatchObject({ 'x-of': 'ours' })
      expect(seen[0]?.headers.authorization).toBeUndefined()
      expect(seen[0]?.headers.cookie).toBeUndefined()
    }
  })

  it.each([
    { status: 303, method: 'POST', becomes: 'GET', body: '' },
    { status: 302, method: 'POST', becomes: 'GET', body: '' },
    { status: 307, method: 'POST', becomes: 'POST', body: 'text' },
    { status: 302, method: 'HEAD', becomes: 'HEAD', body: '' },
  ] as const)('with $status makes of $method $becomes', async ({ status, method, ...expected }) => {
    const bodies: string[] = []
    const { url, seen } = await serve((incoming, outgoing) => {
      void textOf(incoming).then((text) => {
        bodies.push(text)
        if (incoming.url === '/') outgoing.writeHead(status, { location: '/there' })
        outgoing.end()
      })
    })
    await ask(url, { method, ...(method === 'POST' ? { body: 'text' } : {}) })
    expect([seen[1]?.method, bodies[1]]).toEqual([expected.becomes, expected.body])
  })

  it('of a stream is the answer, since it cannot be sent again', async () => {
    const { url, seen } = await serve((incoming, outgoing) => {
      void textOf(incoming).then(() => outgoing.writeHead(307, { location: '/there' }).end())
    })
    expect((await ask(url, { method: 'PUT', body: reusedBuffer(['a']) })).status).toBe(307)
    expect(seen).toHaveLength(1)
  })

  it('is the answer when that is asked for', async () => {
    const { url } = await serve((_incoming, outgoing) => {
      outgoing.writeHead(302, { location: '/there' }).end()
    })
    expect((await ask(url, { redirect: 'manual' })).status).toBe(302)
  })

  it('is not followed for ever', async () => {
    const { url } = await serve((_incoming, outgoing) => {
      outgoing.writeHead(302, { location: '/' }).end()
    })
    await expect(ask(url)).rejects.toThrow('more than 10 redirects')
  })

  it('is not followed to something else than HTTP', async () => {
    const { url } = await serve((_incoming, outgoing) => {
      outgoing.writeHead(302, { location: 'file:///etc/passwd' }).end()
    })
    await expect(ask(url)).rejects.toThrow('which is not secure')
  })
})

describe('a proxy', () => {
  it('is used as the environment says, and not for this machine', async () => {
    const service = await serve((_incoming, outgoing) => void outgoing.end('direct'))
    const proxy = await serve(
      (incoming, outgoing) => void outgoing.end(`proxied ${incoming.url ?? ''}`),
    )
    const environment = { HTTP_PROXY: proxy.url.href }
    const proxied = systemHttp('test', signal, environment)
    const textAt = async (url: string): Promise<string> =>
      textOf((await proxied.request({ method: 'GET', url: new URL(url), service: 'x' })).body)
    expect(await textAt('http://service.example/a')).toBe('proxied http://service.example/a')
    expect(await textAt(service.url.href)).toBe('direct')
  })
})

describe('dropBody', () => {
  it('keeps the connection of a small answer', async () => {
    const { url, sockets } = await serve((_incoming, outgoing) => outgoing.end('small'))
    for (let time = 0; time < 3; time += 1) {
      const answer = await ask(url)
      await dropBody(answer)
      await dropBody(answer)
      // A connection is free once Node.js has told its own listeners.
      await new Promise((later) => setImmediate(later))
    }
    expect(sockets.size).toBe(1)
  })

  it.each([
    { name: 'is large', rest: 'x'.repeat(200_000) },
    { name: 'does not end', rest: '' },
  ])('ends the connection of an answer that $name', async ({ rest }) => {
    const { url, sockets } = await serve((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-length': '1000000' })
      outgoing.write(`first${rest}`)
    })
    const answer = await ask(url)
    const closed = [...sockets].map(closing)
    await dropBody(answer)
    await Promise.all(closed)
    expect(closed).toHaveLength(1)
  })

  it('bears an answer that breaks off', async () => {
    const { url } = await serve((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-length': '100' })
      outgoing.write('some', () => outgoing.destroy())
    })
    await expect(dropBody(await ask(url))).resolves.toBeUndefined()
  })
})
