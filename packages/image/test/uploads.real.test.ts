import { randomBytes } from 'node:crypto'
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { registryHoldings, startFaultyProxy, writeLayout } from '@oke-pipeline/testing'
import type { FaultyProxy, SeenRequest, WrittenLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import {
  copyLayoutToRegistry,
  openLayout,
  openVerifiedBlobs,
  parseReference,
} from '../src/index.ts'
import type { CopyResult, CopyTarget } from '../src/index.ts'
import { copyPorts } from './copy-ports.ts'
import type { CopyPorts } from './copy-ports.ts'

const lab = currentLab()
const registries = [
  { name: 'docker-registry', host: lab.registry?.host ?? '' },
  { name: 'crane’s registry', host: lab.referrersRegistry?.host ?? '' },
]
const [{ host: distribution } = { host: '' }] = registries

let folder = ''
let layout: WrittenLayout
let proxy: FaultyProxy
let ports: CopyPorts
let repository = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uploads-'))
})

afterAll(() => rm(folder, { recursive: true }))

async function begin(host: string): Promise<void> {
  proxy = await startFaultyProxy({ url: new URL(`http://${host}`) })
  ports = copyPorts()
  repository = newRepository()
  layout = await newLayout()
}

afterEach(() => proxy.close())

function newRepository(): string {
  return `uploads/app-${randomBytes(6).toString('hex')}`
}

function newLayout(): Promise<WrittenLayout> {
  const name = randomBytes(6).toString('hex')
  return writeLayout({ folder: join(folder, name), layers: [{ app: randomBytes(1_000_000) }] })
}

async function push(target: Partial<CopyTarget> = {}): Promise<CopyResult> {
  const reference = parseReference(`${proxy.host}/${repository}`)
  const tags = [{ name: '1', mayMove: false }]
  return copyLayoutToRegistry(await openLayout(layout.path), { reference, tags, ...target }, ports)
}

async function isWholeAt(host: string): Promise<boolean> {
  const { isWhole, tags } = await registryHoldings(`${host}/${repository}`, layout)
  return isWhole && tags['1'] === layout.digest
}

function seen(method: string, path = /\/blobs\/uploads\//): readonly SeenRequest[] {
  return proxy.requests.filter((one) => one.method === method && path.test(one.path))
}

const pieceBytes = 200_000

function rangesSent(): readonly string[] {
  return seen('PATCH').map(({ headers }) => headers['content-range'] ?? '')
}

describe.each(registries)('a blob in pieces, to $name,', ({ host }) => {
  beforeEach(() => begin(host))

  it('comes as one', async () => {
    await push({ pieceBytes })
    expect(rangesSent().slice(0, 3)).toEqual(['0-199999', '200000-399999', '400000-599999'])
    const completing = seen('PUT').map(({ headers }) => Number(headers['content-length']))
    expect(Math.max(...completing)).toBeLessThanOrEqual(pieceBytes)
    expect(await isWholeAt(host)).toBe(true)
  })

  it.each([
    {
      name: 'its connection broke within a piece',
      kind: 'cut-request',
      afterBytes: 70_000,
    } as const,
    { name: 'the answer to a piece was lost', kind: 'cut-answer', afterBytes: 0 } as const,
  ])('is whole after $name', async ({ kind, afterBytes }) => {
    proxy.add({ method: 'PATCH', after: 2, fault: { kind, afterBytes } })
    await push({ pieceBytes })
    expect(await isWholeAt(host)).toBe(true)
  })

  it('begins anew where the registry has forgotten it', async () => {
    proxy.add({ method: 'PATCH', after: 2, fault: { kind: 'answer', status: 500 } })
    proxy.add({ method: 'GET', path: /\/blobs\//, fault: { kind: 'answer', status: 404 } })
    await push({ pieceBytes })
    expect(rangesSent().filter((range) => range.startsWith('0-'))).toHaveLength(2)
    expect(seen('DELETE')).toHaveLength(1)
    expect(await isWholeAt(host)).toBe(true)
  })
})

describe('a blob in pieces', () => {
  beforeEach(() => begin(distribution))

  it('goes on where the registry is when a piece was refused', async () => {
    proxy.add({ method: 'PATCH', after: 2, fault: { kind: 'answer', status: 503 } })
    await push({ pieceBytes })
    expect(rangesSent()[3]).toBe('400000-599999')
    expect(seen('POST', /uploads\/$/)).toHaveLength(1)
    expect(ports.lines.join('\n')).toContain('goes on after 400000 bytes')
    expect(await isWholeAt(distribution)).toBe(true)
  })

  it('is refused when the file changes while it is sent', async () => {
    const [, layer = ''] = layout.blobs
    const changing = push({ pieceBytes })
    await appendFile(join(layout.path, 'blobs/sha256', layer.slice('sha256:'.length)), 'x')
    await expect(changing).rejects.toMatchObject({ name: 'GateError' })
    const { tags, broken } = await registryHoldings(`${distribution}/${repository}`, layout)
    expect({ tags, broken }).toEqual({ tags: {}, broken: [] })
  })
})

/** Uploads that the registry opened and still knows. */
async function openUploads(): Promise<readonly string[]> {
  const urls = new Set(
    proxy.requests
      .map(({ path }) => /^[^?]*\/blobs\/uploads\/[^/?]+\?_state=[^&]+/.exec(path)?.[0])
      .filter((path) => path !== undefined),
  )
  const answers = await Promise.all(
    [...urls].map(async (path) => ({ path, ...(await statusOf(path)) })),
  )
  return answers.filter(({ status }) => status !== 404).map(({ path }) => path)
}

async function statusOf(path: string): Promise<{ readonly status: number }> {
  const { status } = await fetch(`http://${distribution}${path}`)
  return { status }
}

describe('an upload that is given up', () => {
  beforeEach(() => begin(distribution))

  it('is not left to the registry', async () => {
    proxy.add({ method: 'PUT', path: /uploads/, fault: { kind: 'answer', status: 403 }, times: 9 })
    await expect(push()).rejects.toMatchObject({ status: 403 })
    expect(seen('DELETE').length).toBeGreaterThan(0)
    expect(await openUploads()).toEqual([])
  })

  it('is not left to the registry by a job that is cancelled', async () => {
    const cancellation = new AbortController()
    ports = copyPorts(cancellation.signal)
    proxy.add({ method: 'PATCH', after: 2, fault: { kind: 'silence' } })
    const failed = push({ pieceBytes })
    failed.catch(() => undefined)
    for (let polls = 0; polls < 2000 && proxy.faults() === 0; polls += 1) await wait(5)
    cancellation.abort()
    await expect(failed).rejects.toMatchObject({ name: 'AbortError' })
    // An upload that has ended by itself is not there any more (404).
    const givenUp = seen('DELETE').filter(({ status }) => status !== 404)
    expect(givenUp.map(({ status }) => status)).toEqual([204])
    expect(await openUploads()).toEqual([])
    const { tags, broken } = await registryHoldings(`${distribution}/${repository}`, layout)
    expect({ tags, broken }).toEqual({ tags: {}, broken: [] })
  })

  it('fails with its own cause when it cannot be tidied up either', async () => {
    proxy.add({ method: 'PUT', path: /uploads/, fault: { kind: 'answer', status: 403 }, times: 9 })
    proxy.add({ method: 'DELETE', fault: { kind: 'cut-answer', afterBytes: 0 }, times: 9 })
    await expect(push()).rejects.toMatchObject({ status: 403 })
  })
})

describe('what another repository has', () => {
  beforeEach(() => begin(distribution))

  it('is taken over without being sent', async () => {
    const from = repository
    await push()
    repository = newRepository()
    proxy.requests.length = 0
    const result = await push({ mountFrom: [from] })
    const outcomes = result.entries.map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['mounted', 'mounted', 'pushed'])
    expect(result.mountedBytes).toBeGreaterThan(1_000_000)
    expect(seen('PUT')).toEqual([])
    expect(await isWholeAt(distribution)).toBe(true)
  })

  it('is sent where the registry does not find it, in the upload that it opened', async () => {
    const result = await push({ mountFrom: ['uploads/nothing'] })
    expect(result.mountedBytes).toBe(0)
    expect(seen('POST')).toHaveLength(2)
    expect(seen('DELETE')).toEqual([])
    expect(await isWholeAt(distribution)).toBe(true)
  })

  it('is looked for in one repository after the other', async () => {
    const from = repository
    await push()
    repository = newRepository()
    const result = await push({ mountFrom: ['uploads/nothing', from] })
    expect(result.mountedBytes).toBeGreaterThan(1_000_000)
    expect(await openUploads()).toEqual([])
  })

  it.each([401, 403, 404])('is sent where the registry answers %i for it', async (status) => {
    proxy.add({ path: /mount=/, fault: { kind: 'answer', status }, times: 9 })
    expect((await push({ mountFrom: ['uploads/secret'] })).mountedBytes).toBe(0)
    expect(await isWholeAt(distribution)).toBe(true)
  })
})

describe('a receipt', () => {
  beforeEach(() => begin(distribution))

  it('spares reading what the registry has, and no changed file gets by', async () => {
    const later = { now: () => new Date(Date.now() + 60_000) }
    const run = { runId: '7', runAttempt: '1', job: 'build' }
    const receipt = { clock: later, temp: join(folder, repository), run }
    await push({ verified: await openVerifiedBlobs(receipt) })
    const verified = await openVerifiedBlobs(receipt)
    const [, layer = ''] = layout.blobs
    const file = join(layout.path, 'blobs/sha256', layer.slice('sha256:'.length))
    expect(verified.knows((await openLayout(layout.path)).digest, file)).toBe(false)
    expect((await push({ verified })).alreadyExisted).toBe(true)
    await appendFile(file, 'x')
    const tags = [{ name: '2', mayMove: false }]
    await expect(push({ verified, tags })).rejects.toMatchObject({ name: 'GateError' })
    const held = await registryHoldings(`${distribution}/${repository}`, layout)
    expect(Object.keys(held.tags)).toEqual(['1'])
  })
})

describe('a registry that lets no tag be moved', () => {
  const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'tag is immutable' }] })
  const refused = { kind: 'answer', status: 409, body } as const

  beforeEach(() => begin(distribution))

  /** Another run gives the tag after this one has looked. */
  async function whileAnotherTags(another: WrittenLayout): Promise<Promise<CopyResult>> {
    const own = layout
    layout = another
    await push()
    layout = own
    proxy.add({ method: 'HEAD', path: /manifests\/1$/, fault: { kind: 'answer', status: 404 } })
    proxy.add({ method: 'PUT', path: /manifests\/1$/, fault: refused, times: 9 })
    return push()
  }

  it('is obeyed, with both digests, when the tag became another image meanwhile', async () => {
    const another = await newLayout()
    const pushed = whileAnotherTags(another)
    await expect(pushed).rejects.toMatchObject({ name: 'ConfigurationError' })
    await expect(pushed).rejects.toThrow(
      `"1" is ${another.digest}; the image to push is ${layout.digest}`,
    )
    const { tags } = await registryHoldings(`${distribution}/${repository}`, another)
    expect(tags).toEqual({ '1': another.digest })
  })

  it('has the image already when another run gave the same', async () => {
    const { tags } = await whileAnotherTags(layout)
    expect(tags).toEqual([{ name: '1', outcome: 'existed' }])
  })

  it('refuses to move a tag that may, with both digests', async () => {
    const another = await newLayout()
    const own = layout
    layout = another
    await push()
    layout = own
    proxy.add({ method: 'PUT', path: /manifests\/1$/, fault: refused, times: 9 })
    const moving = push({ tags: [{ name: '1', mayMove: true }] })
    await expect(moving).rejects.toThrow(
      `"1" is ${another.digest}; the image to push is ${layout.digest}`,
    )
  })
})
