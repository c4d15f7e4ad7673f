import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import type { ServiceError } from '@oke-pipeline/core'
import { fakeArtifacts } from '@oke-pipeline/testing'
import type { FakeArtifactsState, OciFault } from '@oke-pipeline/testing'
import * as v from 'valibot'
import { compartment, region, startOci, tenancy, testPorts, user } from './oci-harness.ts'
import type { Harness } from './oci-harness.ts'
import { allPages, endpointOverrides, fixedSession, ociClient } from '@oke-pipeline/oci'
import type { OciCall, Session } from '@oke-pipeline/oci'

const policy = 'Allow group deployers to read repos in compartment team'
const list: OciCall = {
  service: 'artifacts',
  method: 'GET',
  path: '/container/repositories',
  query: { compartmentId: compartment, displayName: undefined },
  doing: 'Listing the container repositories',
  policy,
}
const create: OciCall = {
  service: 'artifacts',
  method: 'POST',
  path: '/container/repositories',
  body: { compartmentId: compartment, displayName: 'team/äpp' },
  doing: 'Creating the container repository',
}
const named = v.object({ displayName: v.string() })

function artifacts(count = 0): FakeArtifactsState {
  const repositories = Array.from({ length: count }, (_, index) => ({
    id: `ocid1.containerrepo.oc1.iad.${index}`,
    compartmentId: compartment,
    displayName: `team/app-${index}`,
    isImmutable: false,
    isPublic: false,
  }))
  return { tenancy, namespace: 'acme', repositories }
}

/** IAM: the user may manage repositories, unless a test says otherwise. */
async function start(state = artifacts(3), grants = ['manage repos']): Promise<Harness> {
  return startOci({ services: [fakeArtifacts(state)], grants: { [user]: grants } })
}

async function failureOf(work: Promise<unknown>): Promise<ServiceError> {
  return work.then(
    () => Promise.reject(new Error('It did not fail')),
    (error: unknown) => error as ServiceError,
  )
}

describe('ociClient', () => {
  it('signs what a service can verify, with and without a body', async () => {
    await using harness = await start()
    const listed = await harness.client.json(list, v.object({ items: v.array(named) }))
    expect(listed.value.items).toHaveLength(3)
    const created = await harness.client.json(create, named)
    expect(created.value.displayName).toBe('team/äpp')
  })

  it('sends blanks and special characters of a query as they are signed', async () => {
    await using harness = await start()
    const query = { compartmentId: compartment, displayName: 'a b+c&d=ü' }
    const { value } = await harness.client.json(
      { ...list, query },
      v.object({ items: v.array(named) }),
    )
    expect(value.items).toEqual([])
    expect(harness.oci.seen[0]?.target).toContain('displayName=a%20b%2Bc%26d%3D%C3%BC')
  })

  it.each<OciFault>([
    { status: 500 },
    { status: 502, body: '<html>' },
    { status: 503, body: { code: 'ServiceUnavailable', message: 'soon' } },
    { status: 504 },
    { status: 429, body: { code: 'TooManyRequests', message: 'slow down' } },
    { status: 409, body: { code: 'IncorrectState', message: 'being changed' } },
    { status: 200, body: '{"items": [' },
    { status: 200, body: { wrong: true } },
  ])('tries again, newly signed, after %j', async (fault) => {
    await using harness = await start()
    harness.oci.failNext({ ...fault, times: 2 })
    await harness.client.json(list, v.object({ items: v.array(named) }))
    expect(harness.ports.slept).toEqual([0.75, 1.5])
    const dates = harness.oci.seen.map(({ headers }) => headers.date?.slice(-12, -4))
    expect(dates).toEqual(['10:00:00', '10:00:00', '10:00:02'])
  })

  it('waits as long as the service asks for', async () => {
    await using harness = await start()
    harness.oci.failNext({ status: 429, headers: { 'retry-after': '17' } })
    await harness.client.json(list, v.object({ items: v.array(named) }))
    expect(harness.ports.slept).toEqual([17])
  })

  it('gives up after eight attempts, with no delay above half a minute', async () => {
    await using harness = await start()
    harness.oci.failNext({ status: 500, times: 99 })
    const error = await failureOf(harness.client.json(list, named))
    expect(error.status).toBe(500)
    expect(harness.oci.seen).toHaveLength(8)
    expect(Math.max(...harness.ports.slept)).toBeLessThanOrEqual(30)
  })

  it.each([400, 403, 404, 405, 409, 412, 301])(
    'does not repeat what was answered with %d',
    async (status) => {
      await using harness = await start()
      harness.oci.failNext({ status, headers: { location: 'http://127.0.0.1:1/' } })
      expect((await failureOf(harness.client.json(list, named))).status).toBe(status)
      expect(harness.oci.seen).toHaveLength(1)
    },
  )

  it('creates once where the first answer is lost', async () => {
    const state = artifacts(0)
    await using harness = await start(state)
    harness.oci.failNext({ status: 502, isAfter: true })
    const { value } = await harness.client.json(create, named)
    expect(value.displayName).toBe('team/äpp')
    expect(state.repositories).toHaveLength(1)
  })

  it('tries again after a broken connection', async () => {
    let count = 0
    const server = createServer((request, response) => {
      count += 1
      if (count === 1) request.socket.destroy()
      else response.end('{"items": []}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const overrides = endpointOverrides({ OKE_PIPELINE_OCI_ARTIFACTS: `http://127.0.0.1:${port}` })
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const session = fixedSession({ description: 'a key' }, { keyId: 'k', privateKey })
    const client = ociClient(session, { region, overrides }, testPorts())
    await expect(allPages(client, list, named)).resolves.toEqual([])
    server.close()
    expect(count).toBe(2)
  })

  it('never follows a redirect', async () => {
    await using harness = await start()
    await using other = await start()
    harness.oci.failNext({ status: 307, headers: { location: `${other.served.url}/20160918` } })
    const error = await failureOf(harness.client.json(list, named))
    expect(error.title).toContain('was redirected, which is not followed')
    expect(other.oci.seen).toEqual([])
  })

  it('names the request in every error', async () => {
    await using harness = await start(artifacts(), [])
    const error = await failureOf(harness.client.json(list, named))
    expect(error.requestId).toBe('REQUEST/1')
    expect(error.message).toContain('opc-request-id REQUEST/1')
    expect(error.message).toContain('/20160918/container/repositories was answered with 404')
    expect(error.message).not.toContain('compartmentId')
  })

  it('says both meanings of "not found", and the policy that it takes', async () => {
    await using harness = await start(artifacts(), [])
    const error = await failureOf(harness.client.json(list, named))
    expect(error.title).toBe('Listing the container repositories found nothing, or is not allowed')
    expect(error.remedy).toContain(policy)
    expect(error.remedy).toContain(`asked by the API key of ${user}`)
    expect(error.remedy).toContain('takes minutes to spread')
  })

  it.each([
    {
      fault: { status: 400, body: { code: 'LimitExceeded', message: 'x' } },
      says: 'exceeds a limit',
    },
    { fault: { status: 403, body: { code: 'NotAllowed', message: 'x' } }, says: 'is not allowed' },
    { fault: { status: 409, body: { code: 'Conflict', message: 'x' } }, says: 'conflicts' },
    {
      fault: { status: 400, body: { code: 'InvalidParameter', message: 'x' } },
      says: 'was refused',
    },
    { fault: { status: 400, body: '<html>::error::hello</html>' }, says: 'was refused' },
    { fault: { status: 400, body: { message: 7 } }, says: 'was refused' },
  ])('explains $fault', async ({ fault, says }) => {
    await using harness = await start()
    harness.oci.failNext(fault)
    expect((await failureOf(harness.client.json(list, named))).title).toContain(says)
  })

  it('lets no text of a service become a workflow command', async () => {
    await using harness = await start()
    const body = { code: '::error::x', message: 'a\n::set-output name=a::b\u001b[31m##[group]' }
    harness.oci.failNext({ status: 400, headers: { 'opc-request-id': '::error' }, body })
    const { message } = await failureOf(harness.client.json(list, named))
    expect(message).not.toMatch(/^\s*::/m)
    expect(message).not.toContain('##[')
    expect(message).not.toContain('\u001b')
    expect(message).toContain('opc-request-id not given')
  })

  it('says that the clock is wrong where that is why the signature is refused', async () => {
    await using harness = await startOci({ services: [fakeArtifacts(artifacts())] }, 425)
    const error = await failureOf(harness.client.json(list, named))
    expect(error.title).toContain('the clock of this runner is wrong')
    expect(error.remedy).toContain('7 min 5 s behind OCI’s')
  })

  it('warns once of a clock that will soon be too far off', async () => {
    const services = [fakeArtifacts(artifacts())]
    await using harness = await startOci({ services, grants: { [user]: ['read repos'] } }, -90)
    await allPages(harness.client, list, named)
    await allPages(harness.client, list, named)
    const warnings = harness.ports.logged.filter((line) =>
      line.includes('The clock of this runner'),
    )
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('1 min 30 s ahead of')
  })

  it('takes a fresh key once, where a session has ended early', async () => {
    await using harness = await start()
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const good = { keyId: harness.oci.identity.addApiKey(tenancy, user, publicKey), privateKey }
    const bad = { keyId: 'ST$a.b.c', privateKey }
    let current = bad
    const session: Session = {
      description: 'a session',
      tenancy: undefined,
      subject: undefined,
      granted: () => Promise.resolve(undefined),
      signingKey: () => Promise.resolve(current),
      discard(refused) {
        current = good
        return refused === bad
      },
    }
    const overrides = endpointOverrides(harness.served.environment)
    const client = ociClient(session, { region, overrides }, harness.ports)
    await expect(allPages(client, list, named)).resolves.toHaveLength(3)
    expect(harness.oci.seen).toHaveLength(2)
  })

  it('explains an identity that OCI does not know', async () => {
    await using harness = await start()
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const session = fixedSession(
      { description: 'the API key of nobody' },
      { keyId: 'a/b/c', privateKey },
    )
    const overrides = endpointOverrides(harness.served.environment)
    const client = ociClient(session, { region, overrides }, harness.ports)
    const error = await failureOf(client.json(list, named))
    expect(error.title).toContain('does not accept the identity')
    expect(error.remedy).toContain('signed by the API key of nobody')
  })
})

describe('allPages', () => {
  it('collects every page', async () => {
    await using harness = await start(artifacts(25))
    const call = { ...list, query: { compartmentId: compartment, limit: '10' } }
    const items = await allPages(harness.client, call, named)
    expect(items.map(({ displayName }) => displayName)).toEqual(
      Array.from({ length: 25 }, (_, index) => `team/app-${index}`),
    )
    expect(harness.oci.seen).toHaveLength(3)
  })

  it('ends where a service names the same page again', async () => {
    await using harness = await start()
    const headers = { 'opc-next-page': 'again' }
    harness.oci.failNext({ status: 200, headers, body: { items: [] }, times: 99 })
    await expect(allPages(harness.client, list, named)).rejects.toThrow('does not come to an end')
  })
})
