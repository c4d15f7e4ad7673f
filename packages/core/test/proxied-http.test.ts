import { createServer as createPlainServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { certifyServer, startConnectProxy } from '@oke-pipeline/testing'
import type { ConnectProxy } from '@oke-pipeline/testing'
import { messageOf, systemHttp } from '@oke-pipeline/core'
import type { Http, HttpRequest, HttpResponse } from '@oke-pipeline/core'

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

function request(given: Partial<HttpRequest> & { readonly url: URL }): Promise<HttpResponse> {
  return http.request({ method: 'GET', service, ...given })
}

async function textOf({ body }: HttpResponse): Promise<string> {
  let text = ''
  for await (const chunk of body ?? []) text += String(chunk)
  return text
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
    expect(await textOf(response)).toBe('hello')
    expect(proxy.asked).toEqual(['CONNECT api.service.test:443'])
    expect(heard[0]?.line).toBe('GET api.service.test/list?page=a%20b')
    expect(heard[0]?.headers).toMatchObject({ authorization: 'Signature x' })
    expect(heard[0]?.headers['user-agent']).toMatch(/^oke-pipeline\/\S+ \(test\)$/)
    expect(heard[0]?.headers).not.toHaveProperty('proxy-authorization')
  })

  it('keeps the tunnel for the next request', async () => {
    for (const path of ['a', 'b']) {
      await textOf(await request({ url: new URL(`https://api.service.test/${path}`) }))
    }
    expect(proxy.asked).toEqual(['CONNECT api.service.test:443'])
  })

  it('asks it for plain addresses', async () => {
    expect(await textOf(await request({ url: new URL('http://plain.test/x') }))).toBe('hello')
    expect(proxy.asked).toEqual(['GET http://plain.test/x'])
  })

  it('does not ask it for the metadata service of an instance', async () => {
    http = systemHttp('test', signal, { HTTP_PROXY: proxy.url })
    const url = new URL('http://169.254.0.1:1/opc/v2/')
    await http.request({ method: 'GET', url, service, timeoutSeconds: 0.2 }).catch(messageOf)
    expect(proxy.asked).toEqual([])
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
    expect([response.url, await textOf(response)]).toEqual([
      'https://other.service.test/x',
      'hello',
    ])
    expect(heard[0]?.headers.authorization).toBe('Bearer t')
    expect(heard[1]?.headers).toMatchObject({ accept: 'text/plain' })
    expect(heard[1]?.headers).not.toHaveProperty('authorization')
  })

  it('says so where the proxy lets nothing through, without its password', async () => {
    const message = await request({ url: new URL('https://api.other.test/x') }).catch(messageOf)
    expect(message).toContain(`No answer from ${service}`)
    expect(message).toContain('the proxy let no connection through (ERR_PROXY_TUNNEL)')
    expect(message).not.toContain('secret')
  })
})
