import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mapBounded } from '@oke-pipeline/core'
import type { HttpRequest } from '@oke-pipeline/core'
import {
  registryHoldings,
  startCuttingProxy,
  startFaultyProxy,
  writeLayout,
} from '@oke-pipeline/testing'
import type {
  Cut,
  Fault,
  RegistryHoldings,
  SeenRequest,
  WrittenLayout,
} from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { copyLayoutToRegistry, openLayout, parseReference } from '../src/index.ts'
import type { CopyResult, RegistryPorts } from '../src/index.ts'
import { copyPorts } from './copy-ports.ts'

const { registry } = currentLab()
if (registry === undefined) throw new Error('The lab has no registry')
const target = { url: new URL(`http://${registry.host}`) }

let folder = ''
let layout: WrittenLayout

/** Three blobs, three manifests: few requests, and children of every kind. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fault-points-'))
  layout = await writeLayout({
    folder,
    layers: [{ app: randomBytes(3000) }],
    platforms: ['linux/amd64', 'linux/arm64'],
  })
})

afterAll(() => rm(folder, { recursive: true }))

function newRepository(): string {
  return `fault-points/app-${randomBytes(6).toString('hex')}`
}

const credentials = { username: 'ci', password: 'secret-text' }

async function push(
  host: string,
  repository: string,
  ports: RegistryPorts = copyPorts(),
): Promise<CopyResult> {
  const reference = parseReference(`${host}/${repository}`)
  const wanted = { reference, credentials, tags: [{ name: '1', mayMove: false }] }
  return copyLayoutToRegistry(await openLayout(layout.path), wanted, ports)
}

/** How a push ended that something happened to. */
interface Aftermath {
  /** The error; absent where it was overcome. */
  readonly failure: string | undefined
  /** What must not be, however it ended. */
  readonly problems: readonly string[]
}

async function aftermathOf(repository: string, pushing: Promise<CopyResult>): Promise<Aftermath> {
  const failure = await pushing.then(
    () => undefined,
    (error: unknown) => error as Error,
  )
  const image = `${registry?.host ?? ''}/${repository}`
  const holdings = await registryHoldings(image, layout)
  const problems = holdings.broken.map((digest) => `${digest} lacks something`)
  const { length: tags } = Object.keys(holdings.tags)
  if (tags > 0 && !isThere(holdings)) problems.push('a tag names no whole image')
  if (failure === undefined) {
    if (!isThere(holdings)) problems.push('success, but it is not there')
    return { failure, problems }
  }
  if (!isClear(failure)) problems.push(`unclear: ${String(failure)}`)
  await push(registry?.host ?? '', repository)
  if (!isThere(await registryHoldings(image, layout))) problems.push('the next push mends nothing')
  return { failure: String(failure), problems }
}

function isThere({ tags, isWhole }: RegistryHoldings): boolean {
  return isWhole && tags['1'] === layout.digest
}

/** An error that a user can do something with, and that tells no secret. */
function isClear(failure: Error): boolean {
  return failure.name === 'ServiceError' && !failure.message.includes('secret-text')
}

const bounds = { limit: 8 }

describe('a connection that breaks at any byte of a push', () => {
  it.each(['up', 'down'] as const)('%s leaves nothing half', async (direction) => {
    await using whole = await startCuttingProxy(target.url)
    await push(whole.host, newRepository())
    const points = 24
    const cuts = Array.from({ length: points }, (_, index): Cut => {
      const share = (index + Math.random()) / points
      return { direction, afterBytes: Math.floor(whole.bytes[direction] * share) }
    })
    const seen = await mapBounded(cuts, bounds, async (cut) => {
      await using proxy = await startCuttingProxy(target.url, cut)
      const repository = newRepository()
      const { failure, problems } = await aftermathOf(repository, push(proxy.host, repository))
      const all = [...problems, ...(failure === undefined ? [] : [failure])]
      return { isCut: proxy.isCut(), problems: all.map((one) => `${cut.afterBytes}: ${one}`) }
    })
    expect(seen.flatMap(({ problems }) => problems)).toEqual([])
    // Some fall behind the last byte: headers differ a little from push to push.
    expect(seen.filter(({ isCut }) => isCut).length).toBeGreaterThan(points / 2)
  })
})

const lie = `sha256:${'0'.repeat(64)}`

function answer(status: number, headers: Readonly<Record<string, string>> = {}): Fault {
  return { kind: 'answer', status, headers }
}

type Patience = Pick<HttpRequest, 'stallSeconds' | 'timeoutSeconds'>

interface FaultCase {
  readonly name: string
  readonly fault: Fault
  /** How often in a row; once when not given. */
  readonly times?: number
  readonly patience?: Patience
  /** Whether the push has to succeed, wherever it happens. */
  readonly isOvercome: boolean
}

const cases: readonly FaultCase[] = [
  { name: '500', fault: answer(500), isOvercome: true },
  { name: '503 three times', fault: answer(503), times: 3, isOvercome: true },
  { name: '429', fault: answer(429, { 'retry-after': '7' }), isOvercome: true },
  { name: 'request cut', fault: { kind: 'cut-request', afterBytes: 50 }, isOvercome: true },
  { name: 'answer lost', fault: { kind: 'cut-answer', afterBytes: 0 }, isOvercome: true },
  { name: 'answer cut', fault: { kind: 'cut-answer', afterBytes: 1 }, isOvercome: true },
  { name: 'silence', fault: { kind: 'silence' }, patience: { stallSeconds: 2 }, isOvercome: true },
  {
    name: 'answer altered',
    fault: { kind: 'body', change: (body) => body.toString().replace('sha256', 'sha265') },
    isOvercome: false,
  },
  {
    name: 'answer truncated',
    fault: { kind: 'body', change: (body) => body.subarray(0, -1) },
    isOvercome: false,
  },
  {
    name: 'another digest',
    fault: { kind: 'headers', headers: { 'docker-content-digest': lie } },
    isOvercome: false,
  },
  {
    name: 'a place that is none',
    fault: { kind: 'headers', headers: { location: '/v2/nowhere' } },
    isOvercome: false,
  },
  { name: 'refused', fault: answer(403), isOvercome: false },
  { name: 'everything is there', fault: answer(200), isOvercome: false },
]

/** Blobs that the registry took, by digest, as often as it did. */
function acceptedTwice(requests: readonly SeenRequest[]): readonly string[] {
  const accepted = requests
    .filter(({ path, status }) => path.includes('/blobs/uploads/') && status === 201)
    .map(({ path }) => new URLSearchParams(path.split('?')[1]).get('digest') ?? '')
  return accepted.filter((digest, index) => accepted.indexOf(digest) !== index)
}

/** Ports that wait less than a minute for a registry that says little, or nothing. */
function hastyPorts(patienceWith: (request: HttpRequest) => Patience): RegistryPorts {
  const ports = copyPorts()
  return {
    ...ports,
    http: { request: (request) => ports.http.request({ ...request, ...patienceWith(request) }) },
  }
}

describe('a fault of any request of a push', () => {
  let requestsOfPush = 0

  beforeAll(async () => {
    await using proxy = await startFaultyProxy(target)
    await push(proxy.host, newRepository())
    requestsOfPush = proxy.requests.length
  })

  /** Every third request: for each fault, others than for the one before. */
  function pointsFrom(first: number): readonly number[] {
    const all = Array.from({ length: requestsOfPush }, (_, index) => index)
    return all.filter((index) => index % 3 === first % 3)
  }

  it.each(cases)('leaves nothing half: $name', async (one) => {
    const { fault, times = 1, patience = {}, isOvercome } = one
    const seen = await mapBounded(pointsFrom(cases.indexOf(one)), bounds, async (after) => {
      await using proxy = await startFaultyProxy(target)
      proxy.add({ fault, after, times })
      const repository = newRepository()
      // A busy registry is waited for as ever once the fault has happened.
      const ports = hastyPorts(() => (proxy.faults() === 0 ? patience : {}))
      const pushing = push(proxy.host, repository, ports)
      const { failure, problems } = await aftermathOf(repository, pushing)
      const request = proxy.requests[after]
      const all = [
        ...problems,
        ...(isOvercome && failure !== undefined ? [failure] : []),
        ...acceptedTwice(proxy.requests).map((digest) => `${digest} was sent twice`),
      ]
      return all.map((what) => `${request?.method ?? ''} ${request?.path ?? ''}: ${what}`)
    })
    expect(seen.flat()).toEqual([])
  })

  it('takes one new token when the one that it had runs out', async () => {
    const seen = await mapBounded(pointsFrom(0), bounds, async (point) => {
      await using tokens = await startFaultyProxy(target)
      await using proxy = await startFaultyProxy(target)
      for (const token of ['first', 'second']) {
        tokens.add({ fault: { kind: 'answer', status: 200, body: JSON.stringify({ token }) } })
      }
      const challenge = { 'www-authenticate': `Bearer realm="${tokens.url.href}token",service="s"` }
      const isRefused = ({ headers }: SeenRequest): boolean => {
        const isLate = proxy.requests.length > point + 1
        return headers.authorization !== `Bearer ${isLate ? 'second' : 'first'}`
      }
      proxy.add({ when: isRefused, fault: answer(401, challenge), times: 99 })
      const repository = newRepository()
      const { failure, problems } = await aftermathOf(repository, push(proxy.host, repository))
      const isFrugal = tokens.requests.length <= 2
      return [
        ...problems,
        ...(failure === undefined ? [] : [`${point}: ${failure}`]),
        ...(isFrugal ? [] : [`${point}: ${tokens.requests.length} tokens`]),
      ]
    })
    expect(seen.flat()).toEqual([])
  })

  it('takes no credentials to the host that it is redirected to', async () => {
    const basic = `Basic ${Buffer.from('ci:secret-text').toString('base64')}`
    const seen = await mapBounded(pointsFrom(1), bounds, async (point) => {
      await using elsewhere = await startFaultyProxy(target)
      await using proxy = await startFaultyProxy(target)
      proxy.add({
        when: ({ headers }) => headers.authorization === undefined,
        fault: answer(401, { 'www-authenticate': 'Basic realm="r"' }),
        times: 99,
      })
      proxy.add({ after: point, fault: { kind: 'redirect', to: elsewhere.url } })
      const repository = newRepository()
      const { problems } = await aftermathOf(repository, push(proxy.host, repository))
      const all = elsewhere.requests.map(({ headers }) => headers.authorization)
      return {
        problems: [...problems, ...all.filter((one) => one !== undefined)],
        isRedirected: all.length > 0,
        isAuthorized: proxy.requests.some(({ headers }) => headers.authorization === basic),
      }
    })
    expect(seen.flatMap(({ problems }) => problems)).toEqual([])
    expect(seen.every(({ isAuthorized }) => isAuthorized)).toBe(true)
    expect(seen.some(({ isRedirected }) => isRedirected)).toBe(true)
  })

  it('is waited for no longer than the deadline where bytes come one by one', async () => {
    const fault: Fault = { kind: 'drip', seconds: 0.1 }
    const [once, always] = await mapBounded([1, 99], bounds, async (times) => {
      await using proxy = await startFaultyProxy(target)
      proxy.add({ method: 'GET', path: /manifests/, fault, times })
      const repository = newRepository()
      const ports = hastyPorts(({ method }) => (method === 'GET' ? { timeoutSeconds: 2 } : {}))
      const pushing = push(proxy.host, repository, ports)
      return await aftermathOf(repository, pushing)
    })
    expect(once).toEqual({ failure: undefined, problems: [] })
    expect(always?.problems).toEqual([])
    expect(always?.failure).toContain('ended early')
  })
})
