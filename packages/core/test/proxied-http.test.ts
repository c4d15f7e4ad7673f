import { createServer as createPlainServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { certifyServer, startConnectProxy } from '@oke-pipeline/testing'
import type { ConnectProxy } from '@oke-pipeline/testing'
import { messageOf, systemHttp } from '@oke-pipeline/core'
import type { Http, HttpRequest } from '@oke-pipeline/core'

const service = 'the service'
const { authority, certificate, privateKey } = certifyServer('DNS:*.service.test')
const signal = new AbortController().signal

interface Heard {
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const heard: Heard[] = []
const secure = createServer({ cert: certificate, key: privateKey }, answer)
const plain = createPlainServer(answer)
let proxy: ConnectProxy
let http: Http

/** Tells what it hears; what is below /to/ sends on. */
function answer(...[incoming, outgoing]: Parameters<RequestListener>): void {
  const chunks: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  incoming.on('end', () => {
    const line = `${incoming.method ?? ''} ${incoming.headers.host ?? ''}${incoming.url ?? ''}`
    heard.push({ line, headers: incoming.headers, body: Buffer.concat(chunks).toString() })
    const [, status, location] = /^\/to\/(\d+)\/(.*)$/.exec(incoming.url ?? '') ?? []
    if (incoming.url === '/silent') return
    if (status === undefined) outgoing.writeHead(200, { 'x-answer': 'yes' }).end('hello')
    else outgoing.writeHead(Number(status), { location }).end('elsewhere')
  })
}

function portOf(server: { address(): AddressInfo | string | null }): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port')
  return `127.0.0.1:${address.port}`
}

const trusted = getCACertificates('default')

beforeAll(async () => {
  setDefaultCACertificates([...trusted, authority])
  await Promise.all(
    [secure, plain].map(
      (server) => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)),
    ),
  )
})

afterAll(() => {
  setDefaultCACertificates(trusted)
  for (const server of [secure, plain]) {
    server.closeAllConnections()
    server.close()
  }
})

beforeEach(async () => {
  heard.length = 0
  proxy = await startConnectProxy({
    routeOf: (host) =>
      host.endsWith('.service.test:443')
        ? portOf(secure)
        : host === 'plain.test'
          ? portOf(plain)
          : undefined,
    credentials: 'someone:secret',
  })
  http = systemHttp('test', signal, { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url })
})

afterEach(async () => {
  await proxy[Symbol.asyncDispose]()
})

function request(given: Partial<HttpRequest> & { readonly url: URL }): Promise<Response> {
  return http.request({ method: 'GET', service, ...given })
}

describe('systemHttp with a proxy in the environment', () => {
  it('goes through it by a tunnel, and gives the answer as fetch does', async () => {
    const url = new URL('https://api.service.test/list?page=a%20b')
    const response = await request({ url, headers: { authorization: 'Signature x' } })
    expect([response.status, response.url, response.headers.get('x-answer')]).toEqual([
      200,
      url.href,
      'yes',
    ])
    expect(await response.text()).toBe('hello')
    expect(proxy.asked).toEqual(['CONNECT api.service.test:443'])
    expect(heard[0]?.line).toBe('GET api.service.test/list?page=a%20b')
    expect(heard[0]?.headers).toMatchObject({ authorization: 'Signature x' })
    expect(heard[0]?.headers['user-agent']).toMatch(/^oke-pipeline\/\S+ \(test\)$/)
    expect(heard[0]?.headers).not.toHaveProperty('proxy-authorization')
  })

  it('keeps the tunnel for the next request', async () => {
    for (const path of ['a', 'b']) {
      await (await request({ url: new URL(`https://api.service.test/${path}`) })).text()
    }
    expect(proxy.asked).toEqual(['CONNECT api.service.test:443'])
  })

  it('asks it for plain addresses', async () => {
    expect(await (await request({ url: new URL('http://plain.test/x') })).text()).toBe('hello')
    expect(proxy.asked).toEqual(['GET http://plain.test/x'])
  })

  it.each([
    { name: 'text', body: 'some text', length: '9' },
    { name: 'bytes', body: new TextEncoder().encode('some text'), length: '9' },
    { name: 'nothing', body: undefined, length: '0' },
  ])('sends a body of $name', async ({ body, length }) => {
    const url = new URL('https://api.service.test/upload')
    await request({ method: 'POST', url, ...(body === undefined ? {} : { body }) })
    expect(heard[0]?.body).toBe(body === undefined ? '' : 'some text')
    expect(heard[0]?.headers['content-length']).toBe(length)
  })

  it('sends a body that is a stream', async () => {
    const body = new Blob(['a'.repeat(200_000), 'b']).stream()
    await request({ method: 'PUT', url: new URL('https://api.service.test/blob'), body })
    expect(heard[0]?.body).toBe(`${'a'.repeat(200_000)}b`)
  })

  it('gives answers without a body', async () => {
    const url = new URL('https://api.service.test/x')
    const response = await request({ method: 'HEAD', url })
    expect([response.status, response.body]).toEqual([200, null])
  })

  it.each([
    { variable: 'NO_PROXY', value: '127.0.0.1' },
    { variable: 'no_proxy', value: 'elsewhere.test' },
  ])('goes to this machine directly with $variable=$value', async ({ variable, value }) => {
    http = systemHttp('test', signal, { HTTP_PROXY: proxy.url, [variable]: value })
    const response = await request({ url: new URL(`http://${portOf(plain)}/x`) })
    expect([await response.text(), proxy.asked]).toEqual(['hello', []])
  })

  it('goes directly where NO_PROXY says so', async () => {
    http = systemHttp('test', signal, { https_proxy: proxy.url, no_proxy: '.service.test' })
    // Tests reach this machine only, which is how to see that it was not the proxy that was asked.
    const url = new URL('https://api.service.test/x')
    expect(await request({ url }).catch(messageOf)).toContain('tests stay on this machine')
    expect(proxy.asked).toEqual([])
  })

  it('follows redirects, without credentials to another origin', async () => {
    const url = new URL('https://api.service.test/to/302/https://other.service.test/x')
    const headers = { Authorization: 'Bearer t', accept: 'text/plain' }
    const response = await request({ url, headers })
    expect([response.url, await response.text()]).toEqual(['https://other.service.test/x', 'hello'])
    expect(heard[0]?.headers.authorization).toBe('Bearer t')
    expect(heard[1]?.headers).toMatchObject({ accept: 'text/plain' })
    expect(heard[1]?.headers).not.toHaveProperty('authorization')
  })

  it.each([
    { status: 303, method: 'PUT' as const, becomes: 'GET', body: '' },
    { status: 302, method: 'POST' as const, becomes: 'GET', body: '' },
    { status: 307, method: 'POST' as const, becomes: 'POST', body: 'x' },
  ])('sends $method on as $becomes after $status', async ({ status, method, becomes, body }) => {
    const url = new URL(`https://api.service.test/to/${status.toFixed(0)}//next`)
    const headers = { authorization: 'Bearer t' }
    await (await request({ method, url, headers, body: 'x' })).text()
    expect(heard[1]).toMatchObject({ line: `${becomes} api.service.test/next`, body })
  })

  it('leaves a redirect to the caller who wants that', async () => {
    const url = new URL('https://api.service.test/to/302/https://other.service.test/x')
    const response = await request({ url, redirect: 'manual' })
    expect([response.status, heard.length]).toEqual([302, 1])
  })

  it('does not go round in circles', async () => {
    const url = new URL('https://api.service.test/to/302/')
    expect(await request({ url }).catch(messageOf)).toContain('it was redirected too often')
  })

  it('says so where the proxy lets nothing through, without its password', async () => {
    const message = await request({ url: new URL('https://api.other.test/x') }).catch(messageOf)
    expect(message).toContain(`No answer from ${service}`)
    expect(message).toContain('the proxy let no connection through (ERR_PROXY_TUNNEL)')
    expect(message).not.toContain('secret')
  })

  it('ends with the time that a request may take', async () => {
    const url = new URL('https://api.service.test/silent')
    const message = await request({ url, timeoutSeconds: 0.05 }).catch(messageOf)
    expect(message).toContain('no answer in time')
  })

  it('ends when the job is cancelled', async () => {
    const job = new AbortController()
    http = systemHttp('test', job.signal, { HTTPS_PROXY: proxy.url })
    const answer = request({ url: new URL('https://api.service.test/silent') })
    job.abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
  })
})
