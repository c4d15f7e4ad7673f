import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { startFaultyProxy, writeLayout } from '@oke-pipeline/testing'
import type { FaultRule, FaultyProxy, WrittenLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import {
  copyLayoutToRegistry,
  digestOf,
  openLayout,
  parseReference,
  resolveDigest,
} from '../src/index.ts'
import type { CopyResult, Credentials } from '../src/index.ts'
import { copyPorts } from './copy-ports.ts'
import type { CopyPorts } from './copy-ports.ts'

const { registry } = currentLab()
if (registry === undefined) throw new Error('The lab has no registry')
const target = { url: new URL(`http://${registry.host}`) }

let folder = ''
let proxy: FaultyProxy
let layout: WrittenLayout
let ports: CopyPorts

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faults-'))
})

afterAll(() => rm(folder, { recursive: true }))

beforeEach(async () => {
  proxy = await startFaultyProxy(target)
  ports = copyPorts()
  layout = await writeLayout({
    folder: join(folder, randomBytes(4).toString('hex')),
    layers: [{ app: randomBytes(2_000_000) }],
  })
})

afterEach(() => proxy.close())

async function push(credentials?: Credentials): Promise<CopyResult> {
  const reference = parseReference(`${proxy.host}/faults/app-${randomBytes(4).toString('hex')}`)
  const copied = await copyLayoutToRegistry(
    await openLayout(layout.path),
    { reference, credentials, tags: [{ name: '1', mayMove: false }] },
    ports,
  )
  const direct = { ...reference, registry: registry?.host ?? '', tag: '1' }
  expect(await resolveDigest(direct, undefined, copyPorts())).toBe(layout.digest)
  return copied
}

const upload = { method: 'PUT', path: /\/blobs\/uploads\// }
const anyManifest = { path: /\/manifests\// }

describe('a passing fault', () => {
  it('of the greeting does not matter, since it says nothing', async () => {
    proxy.add({ path: /^\/v2\/$/, fault: { kind: 'answer', status: 502 } })
    expect((await push()).alreadyExisted).toBe(false)
  })

  const passing: readonly { readonly name: string; readonly rules: readonly FaultRule[] }[] = [
    { name: 'a look fails', rules: [{ method: 'HEAD', fault: { kind: 'answer', status: 500 } }] },
    {
      name: 'an upload does not start',
      rules: [{ method: 'POST', fault: { kind: 'answer', status: 503 } }],
    },
    { name: 'an upload fails', rules: [{ ...upload, fault: { kind: 'answer', status: 500 } }] },
    {
      name: 'an upload is cut',
      rules: [{ ...upload, fault: { kind: 'cut-request', afterBytes: 500_000 }, times: 2 }],
    },
    {
      name: 'an upload’s answer is lost',
      rules: [{ ...upload, fault: { kind: 'cut-answer', afterBytes: 0 } }],
    },
    {
      name: 'a manifest is not taken',
      rules: [{ ...anyManifest, method: 'PUT', fault: { kind: 'answer', status: 504 } }],
    },
    {
      name: 'reading back is cut',
      rules: [{ ...anyManifest, method: 'GET', fault: { kind: 'cut-answer', afterBytes: 10 } }],
    },
    {
      name: 'everything fails once',
      rules: [
        { method: 'HEAD', path: /blobs/, fault: { kind: 'answer', status: 500 } },
        { method: 'POST', fault: { kind: 'answer', status: 500 } },
        { ...upload, fault: { kind: 'cut-request', afterBytes: 0 } },
        { method: 'PUT', path: /manifests/, fault: { kind: 'answer', status: 500 } },
        { method: 'GET', path: /manifests/, fault: { kind: 'answer', status: 500 } },
      ],
    },
  ]

  it.each(passing)('is overcome: $name', async ({ rules }) => {
    proxy.add(...rules)
    expect((await push()).alreadyExisted).toBe(false)
    expect(proxy.faults()).toBeGreaterThanOrEqual(rules.length)
    expect(ports.sleptSeconds.length).toBeGreaterThanOrEqual(1)
    expect(ports.sleptSeconds.length).toBeLessThanOrEqual(proxy.faults())
  })

  it('is waited for as long as the registry asks', async () => {
    const fault = { kind: 'answer', status: 429, headers: { 'retry-after': '17' } } as const
    proxy.add({ method: 'POST', fault })
    await push()
    expect(ports.sleptSeconds).toEqual([17])
    expect(ports.lines.join('\n')).toContain('Attempt 2/4 in 17.0 s')
  })

  it('of the last manifest leaves a push that the next run completes', async () => {
    proxy.add({
      method: 'PUT',
      path: /manifests/,
      fault: { kind: 'answer', status: 500 },
      times: 4,
    })
    const reference = parseReference(`${proxy.host}/faults/app-${randomBytes(4).toString('hex')}`)
    const opened = await openLayout(layout.path)
    const tags = [{ name: '1', mayMove: false }]
    await expect(copyLayoutToRegistry(opened, { reference, tags }, ports)).rejects.toMatchObject({
      title: `Registry "${proxy.host}" fails`,
      status: 500,
    })
    const second = await copyLayoutToRegistry(opened, { reference, tags }, ports)
    expect(second.entries.filter(({ outcome }) => outcome === 'pushed')).toHaveLength(1)
  })
})

describe('a registry that does not hold what was pushed', () => {
  const lie = `sha256:${'0'.repeat(64)}`

  it.each([
    {
      name: 'names another digest when it takes the manifest',
      rule: { method: 'PUT', ...anyManifest },
    },
    { name: 'names another digest when it is asked', rule: { method: 'GET', ...anyManifest } },
  ])('is found out when it $name', async ({ rule }) => {
    proxy.add({ ...rule, fault: { kind: 'headers', headers: { 'docker-content-digest': lie } } })
    await expect(push()).rejects.toThrow(lie)
    await expect(push()).resolves.toBeDefined()
  })

  it('is found out when a tag becomes another image', async () => {
    const headers = { 'docker-content-digest': lie }
    proxy.add({ method: 'HEAD', path: /manifests\/1$/, fault: { kind: 'delay', seconds: 0 } })
    proxy.add({ method: 'HEAD', path: /manifests\/1$/, fault: { kind: 'headers', headers } })
    const failed = push()
    await expect(failed).rejects.toMatchObject({
      title: `Registry "${proxy.host}" does not hold what was pushed`,
    })
    await expect(failed).rejects.toThrow(
      `should be ${layout.digest}, but the registry answers ${lie}`,
    )
  })

  it.each([
    { name: 'its tag', path: /manifests\/1$/ },
    { name: 'its digest', path: /manifests\/sha256/ },
  ])('is found out when it serves another whole image under $name', async ({ path }) => {
    // The bytes have the digest that it says: only that of what was pushed is another one.
    const body = '{"schemaVersion":2}'
    const headers = {
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
      'docker-content-digest': digestOf(body),
    }
    proxy.add({ method: 'GET', path, fault: { kind: 'answer', status: 200, headers, body } })
    await expect(push()).rejects.toThrow(digestOf(body))
  })

  it('is found out when it serves other bytes', async () => {
    const fault = { kind: 'body', change: (body: Buffer) => `${body.toString()} ` } as const
    proxy.add({ method: 'GET', ...anyManifest, fault })
    await expect(push()).rejects.toMatchObject({
      title: `Registry "${proxy.host}" gives other bytes than it says`,
    })
  })

  it('does not matter when it only leaves out the header', async () => {
    const headers = { 'docker-content-digest': undefined }
    proxy.add({ ...anyManifest, fault: { kind: 'headers', headers }, times: 100 })
    expect((await push()).alreadyExisted).toBe(false)
  })
})

describe('a refusal', () => {
  it.each([
    {
      name: 'content too large',
      rule: upload,
      status: 413,
      body: '',
      title: 'refuses content of this size',
    },
    {
      name: 'no such repository',
      rule: { method: 'POST' },
      status: 404,
      body: 'NAME_UNKNOWN',
      title: 'does not exist',
    },
    {
      name: 'no permission',
      rule: { method: 'POST' },
      status: 403,
      body: 'DENIED',
      title: 'denies anonymous users',
    },
    {
      name: 'an immutable tag',
      rule: { method: 'PUT', path: /manifests\/1$/ },
      status: 409,
      body: 'tag is immutable',
      title: 'does not let tags be moved',
    },
  ])('is not tried again: $name', async ({ rule, status, body, title }) => {
    const errors = JSON.stringify({ errors: [{ code: body }] })
    proxy.add({ ...rule, fault: { kind: 'answer', status, body: errors }, times: 9 })
    const failed = push()
    await expect(failed).rejects.toMatchObject({ name: 'ServiceError', status, isRetryable: false })
    await expect(failed).rejects.toThrow(title)
    expect(ports.sleptSeconds).toEqual([])
  })

  it('of an address where nothing listens says that it is not reachable', async () => {
    await proxy.close()
    await expect(push()).rejects.toMatchObject({
      name: 'ServiceError',
      title: `No answer from registry ${proxy.host}`,
    })
    expect(ports.sleptSeconds).toHaveLength(3)
  })
})

describe('credentials', () => {
  const credentials = { username: 'ci', password: 'secret-text' }
  const basic = `Basic ${Buffer.from('ci:secret-text').toString('base64')}`

  function challenge(header: string, times = 1): FaultRule {
    const headers = { 'www-authenticate': header }
    return { fault: { kind: 'answer', status: 401, headers }, times }
  }

  it('are sent only when the registry asks for them', async () => {
    await push(credentials)
    expect(proxy.requests.some(({ headers }) => headers.authorization !== undefined)).toBe(false)
  })

  it('are sent as the registry asks for them', async () => {
    proxy.add({ ...challenge('Basic realm="x"'), path: /^\/v2\/$/ })
    await push(credentials)
    const later = proxy.requests.filter(({ path }) => path !== '/v2/')
    expect(later.every(({ headers }) => headers.authorization === basic)).toBe(true)
  })

  it('are sent when the registry asks only later', async () => {
    proxy.add({ ...challenge('Basic realm="x"'), method: 'POST' })
    await push(credentials)
    expect(ports.sleptSeconds).toEqual([])
  })

  it('are fetched anew once when a token has run out', async () => {
    await using tokens = await startFaultyProxy(target)
    const answer = (body: string): FaultRule => ({ fault: { kind: 'answer', status: 200, body } })
    tokens.add(answer('{"token":"first-token"}'), answer('{"access_token":"second-token"}'))
    const header = `Bearer realm="${tokens.url.href}token",service="s"`
    proxy.add({ ...challenge(header), path: /^\/v2\/$/ }, { ...challenge(header), method: 'PUT' })
    await push(credentials)
    expect(tokens.requests.map(({ headers }) => headers.authorization)).toEqual([basic, basic])
    const [asked] = tokens.requests
    expect(new URL(asked?.path ?? '', tokens.url).searchParams.get('scope')).toMatch(
      /^repository:faults\/app-\w+:pull,push$/,
    )
    expect(proxy.requests.at(-1)?.headers.authorization).toBe('Bearer second-token')
    expect(ports.masked).toEqual(['first-token', 'second-token'])
  })

  it('are refused once and for all when they are wrong', async () => {
    proxy.add(challenge('Basic realm="x"', 99))
    const failed = push(credentials)
    await expect(failed).rejects.toThrow('refuses the credentials of "ci"')
    await expect(failed).rejects.not.toThrow('secret-text')
    expect(proxy.requests).toHaveLength(2)
  })

  it.each([
    { name: 'nothing', answer: '{}', title: 'gave no token' },
    { name: 'no JSON', answer: '<html>', title: 'gave no token' },
  ])('lead to an error when the login service gives $name', async ({ answer, title }) => {
    await using tokens = await startFaultyProxy(target)
    tokens.add({ fault: { kind: 'answer', status: 200, body: answer }, times: 9 })
    proxy.add({ ...challenge(`Bearer realm="${tokens.url.href}token"`), path: /^\/v2\/$/ })
    await expect(push(credentials)).rejects.toThrow(title)
  })

  it('lead to an error when the login service refuses them', async () => {
    await using tokens = await startFaultyProxy(target)
    tokens.add({ fault: { kind: 'answer', status: 403 }, times: 9 })
    proxy.add({ ...challenge(`Bearer realm="${tokens.url.href}token"`), path: /^\/v2\/$/ })
    const failed = push(credentials)
    await expect(failed).rejects.toThrow('denies "ci" access')
    await expect(failed).rejects.toThrow(`Logging in at ${tokens.url.href}token`)
  })

  it('do not go to a login service without TLS elsewhere', async () => {
    proxy.add(challenge('Bearer realm="http://registry.example/token"', 99))
    await expect(push(credentials)).rejects.toMatchObject({
      title: `Registry "${proxy.host}" names no safe place to log in`,
    })
  })

  it('do not follow an upload to another address', async () => {
    await using elsewhere = await startFaultyProxy(target)
    proxy.add({ ...challenge('Basic realm="x"'), path: /^\/v2\/$/ })
    proxy.add({
      method: 'POST',
      fault: { kind: 'headers', headers: { location: `${elsewhere.url.href}v2/up?state=a%2Fb==` } },
    })
    elsewhere.add({ fault: { kind: 'answer', status: 403 } })
    await expect(push(credentials)).rejects.toMatchObject({ status: 403 })
    const [seen] = elsewhere.requests
    expect(seen?.headers.authorization).toBeUndefined()
    expect(seen?.path).toMatch(/^\/v2\/up\?state=a%2Fb==&digest=sha256:/)
  })
})

describe('an upload', () => {
  it('follows a relative address', async () => {
    proxy.add({ method: 'POST', fault: { kind: 'headers', headers: { location: '/v2/here' } } })
    proxy.add({ path: /^\/v2\/here\?digest=/, fault: { kind: 'answer', status: 403 } })
    await expect(push()).rejects.toMatchObject({ status: 403 })
  })

  it.each([undefined, 'http://registry.example/upload', 'http://['])(
    'does not go to the address %p',
    async (location) => {
      proxy.add({ method: 'POST', fault: { kind: 'headers', headers: { location } } })
      await expect(push()).rejects.toThrow('names no usable place for an upload')
    },
  )

  it('ends at once when the job is cancelled', async () => {
    const cancellation = new AbortController()
    ports = copyPorts(cancellation.signal)
    proxy.add({ ...upload, fault: { kind: 'silence' }, times: 9 })
    const failed = push()
    failed.catch(() => undefined)
    for (let polls = 0; polls < 500 && proxy.faults() === 0; polls += 1) await wait(5)
    const start = performance.now()
    cancellation.abort()
    await expect(failed).rejects.toMatchObject({ name: 'AbortError' })
    expect(performance.now() - start).toBeLessThan(500)
  })
})
