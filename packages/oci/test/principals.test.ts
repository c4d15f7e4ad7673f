import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { messageOf } from '@oke-pipeline/core'
import {
  certify,
  fakeArtifacts,
  fakeIdentity,
  fakeInstanceFederation,
  fakeInstanceMetadata,
  fakeOci,
  fakeSessionRefresh,
  serveOci,
} from '@oke-pipeline/testing'
import type { FakeIdentity, FakeOci, OpenService, ServedOci } from '@oke-pipeline/testing'
import * as v from 'valibot'
import { compartment, region, tenancy, testPorts, user } from './oci-harness.ts'
import type { TestPorts } from './oci-harness.ts'
import {
  allPages,
  apiKeySession,
  configFileSession,
  endpointOverrides,
  fingerprintOf,
  instancePrincipalSession,
  isInstance,
  ociClient,
  okeWorkloadSession,
  parseOcid,
  readProfile,
  regionOfInstance,
  resourcePrincipalSession,
  sessionTokenSession,
} from '@oke-pipeline/oci'
import type { OciPlace, PrincipalPorts, Session } from '@oke-pipeline/oci'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const fingerprint = fingerprintOf(publicKey)
const instance = 'ocid1.instance.oc1.iad.aaaarunner'

interface World extends AsyncDisposable {
  readonly oci: FakeOci
  readonly identity: FakeIdentity
  readonly served: ServedOci
  readonly place: OciPlace
  readonly ports: TestPorts & PrincipalPorts
  issue(lifetimeSeconds: number, claims?: Readonly<Record<string, unknown>>): string
}

interface WorldOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
  readonly open?: (identity: FakeIdentity, now: () => Date) => readonly OpenService[]
}

/** IAM: the user and the instance may read the repositories of the compartment. */
async function startWorld({
  environment = {},
  files = {},
  open,
}: WorldOptions = {}): Promise<World> {
  const clock = testPorts()
  const now = (): Date => clock.clock.now()
  const identity = fakeIdentity()
  const oci = fakeOci({
    identity,
    now,
    openServices: open?.(identity, now) ?? [],
    services: [
      fakeArtifacts({ tenancy, namespace: 'acme', repositories: [] }),
      fakeSessionRefresh({ tenancy, identity, now, lifetimeSeconds: 3600 }),
    ],
    grants: { [user]: ['read repos'], [instance]: ['read repos'] },
  })
  const served = await serveOci(oci)
  return {
    oci,
    identity,
    served,
    place: { region, overrides: endpointOverrides(served.environment) },
    ports: {
      ...clock,
      environment,
      run: { eventName: 'push', eventPath: undefined },
      homeFolder: '/home/runner',
      readFile(path) {
        const text = files[path]
        return text === undefined
          ? Promise.reject(new Error(`ENOENT: ${path}`))
          : Promise.resolve(text)
      },
    },
    issue: (lifetimeSeconds, claims = {}) =>
      identity.issue({ tenancy, principal: user, publicKey, now: now(), lifetimeSeconds, claims }),
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  }
}

async function list(session: Session, { place, ports }: World): Promise<readonly unknown[]> {
  return allPages(
    ociClient(session, place, ports),
    {
      service: 'artifacts',
      method: 'GET',
      path: '/container/repositories',
      query: { compartmentId: compartment },
      doing: 'Listing the container repositories',
    },
    v.object({}),
  )
}

async function messageFrom(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    return messageOf(error)
  }
  throw new Error('It did not fail')
}

const apiKey = {
  tenancy: parseOcid(tenancy),
  user: parseOcid(user),
  fingerprint,
  privateKey: pem,
  passphrase: undefined,
}

describe('apiKeySession', () => {
  it('signs as the user of the key, and masks it', async () => {
    await using world = await startWorld()
    world.identity.addApiKey(tenancy, user, publicKey)
    const session = apiKeySession(
      { ...apiKey, fingerprint: fingerprint.toUpperCase() },
      world.ports,
    )
    await expect(list(session, world)).resolves.toEqual([])
    expect(session.description).toBe(`the API key ${fingerprint} of ${user}`)
    expect(world.ports.masked).toContain(pem)
  })

  it('says when the key is not that of the fingerprint', async () => {
    const message = await messageFrom(() =>
      apiKeySession({ ...apiKey, fingerprint: '20:3b:97' }, testPorts()),
    )
    expect(message).toContain(`The key’s fingerprint is ${fingerprint}; "20:3b:97" is given.`)
  })
})

describe('sessionTokenSession', () => {
  it('signs with the token, and is extended before it ends', async () => {
    await using world = await startWorld()
    const settings = { token: `${world.issue(3600)}\n`, privateKey: pem, passphrase: undefined }
    const session = await sessionTokenSession(settings, world.place, world.ports)
    await expect(list(session, world)).resolves.toEqual([])
    expect(session).toMatchObject({ tenancy, subject: user, description: `the session of ${user}` })
    world.ports.pass(3400)
    await expect(list(session, world)).resolves.toEqual([])
    const lines = world.oci.seen.map(
      ({ method, target }) => `${method} ${target.split('?')[0] ?? ''}`,
    )
    expect(lines).toEqual([
      'GET /20160918/container/repositories',
      'POST /v1/authentication/refresh',
      'GET /20160918/container/repositories',
    ])
    world.ports.pass(3400)
    await expect(list(session, world)).resolves.toEqual([])
  })

  it('says when it has ended', async () => {
    await using world = await startWorld()
    const settings = { token: world.issue(-1), privateKey: pem, passphrase: undefined }
    const message = await messageFrom(() => sessionTokenSession(settings, world.place, world.ports))
    expect(message).toContain('was good until 2026-11-25T09:59:59.000Z')
  })

  it('says when it is no token, without quoting it', async () => {
    await using world = await startWorld()
    const settings = { token: 'hunter2-hunter2', privateKey: pem, passphrase: undefined }
    const message = await messageFrom(() => sessionTokenSession(settings, world.place, world.ports))
    expect(message).toContain('It is no session token (15 characters)')
    expect(message).not.toContain('hunter2')
  })
})

describe('configFileSession', () => {
  const config = [
    '# comment',
    '[DEFAULT]',
    `tenancy=${tenancy}`,
    'region = us-ashburn-1',
    'key_file=~/.oci/key.pem',
    '',
    '[deploy]',
    `user = ${user}`,
    `fingerprint=${fingerprint}`,
    '[session]',
    'security_token_file=/run/token',
    'key_file=session.pem',
    '[broken]',
    'user=x',
  ].join('\r\n')
  const files = {
    '/home/runner/.oci/config': config,
    '/home/runner/.oci/key.pem': pem,
    '/home/runner/session.pem': pem,
  }
  const file = '~/.oci/config'

  it('is the API key of a profile, with what DEFAULT says', async () => {
    await using world = await startWorld({ files })
    world.identity.addApiKey(tenancy, user, publicKey)
    const profile = await readProfile({ file, profile: 'deploy' }, world.ports)
    expect(profile.region).toBe('us-ashburn-1')
    const session = await configFileSession(profile, world.place, world.ports)
    await expect(list(session, world)).resolves.toEqual([])
  })

  it('is the session of a profile that has one', async () => {
    const held: Record<string, string> = { ...files }
    await using world = await startWorld({ files: held })
    held['/run/token'] = world.issue(600)
    const profile = await readProfile({ file, profile: 'session' }, world.ports)
    const session = await configFileSession(profile, world.place, world.ports)
    await expect(list(session, world)).resolves.toEqual([])
  })

  it.each([
    { name: 'no file', profile: 'deploy', held: {}, says: 'cannot be read: ~/.oci/config: ENOENT' },
    { name: 'no profile', profile: 'other', held: files, says: '"DEFAULT", "deploy", "session"' },
    { name: 'no user', profile: 'DEFAULT', held: files, says: 'The OCI profile has no "user"' },
    { name: 'a wrong user', profile: 'broken', held: files, says: '"x" is not the OCID of a user' },
    {
      name: 'no key',
      profile: 'deploy',
      held: { '/home/runner/.oci/config': config },
      says: 'The file that "key_file" of the OCI profile names cannot be read',
    },
  ])('explains $name', async ({ profile, held, says }) => {
    await using world = await startWorld({ files: held })
    const message = await messageFrom(async () =>
      configFileSession(
        await readProfile({ file, profile }, world.ports),
        world.place,
        world.ports,
      ),
    )
    expect(message).toContain(says)
  })
})

describe('resourcePrincipalSession', () => {
  function resource(token: string, key = pem): Record<string, string> {
    return {
      OCI_RESOURCE_PRINCIPAL_VERSION: '2.2',
      OCI_RESOURCE_PRINCIPAL_RPST: token,
      OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: key,
      OCI_RESOURCE_PRINCIPAL_REGION: 'us-ashburn-1',
    }
  }

  it('signs as the resource, from values', async () => {
    const environment: Record<string, string> = {}
    await using world = await startWorld({ environment })
    const claims = { res_tenant: tenancy, tenant: undefined }
    Object.assign(environment, resource(world.issue(600, claims)))
    const session = await resourcePrincipalSession(world.ports)
    expect(session.tenancy).toBe(tenancy)
    await expect(list(session, world)).resolves.toEqual([])
  })

  it('reads its files again before the session ends', async () => {
    const files: Record<string, string> = { '/rp/key': pem }
    const environment = resource('/rp/token', '/rp/key')
    await using world = await startWorld({ environment, files })
    files['/rp/token'] = world.issue(600)
    const session = await resourcePrincipalSession(world.ports)
    const first = await session.signingKey()
    world.ports.pass(400)
    files['/rp/token'] = world.issue(600)
    expect((await session.signingKey()).keyId).not.toBe(first.keyId)
    await expect(list(session, world)).resolves.toEqual([])
  })

  it.each([
    { change: { OCI_RESOURCE_PRINCIPAL_VERSION: '1.1' }, says: 'Version 2.2' },
    { change: { OCI_RESOURCE_PRINCIPAL_RPST: '' }, says: 'OCI_RESOURCE_PRINCIPAL_RPST is not set' },
    { change: { OCI_RESOURCE_PRINCIPAL_RPST: '/none' }, says: 'cannot be read: /none' },
    { change: { OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: 'x' }, says: 'private key' },
  ])('explains $change', async ({ change, says }) => {
    const environment = { ...resource('a.b.c'), ...change }
    await using world = await startWorld({ environment })
    expect(await messageFrom(() => resourcePrincipalSession(world.ports))).toContain(says)
  })
})

describe('instancePrincipalSession', () => {
  const certified = certify(`/CN=${instance}/OU=opc-certtype:instance/OU=opc-tenant:${tenancy}`)
  const metadata = fakeInstanceMetadata({ ...certified, intermediate: certified.authority })
  const open = (identity: FakeIdentity, now: () => Date): readonly OpenService[] => [
    metadata,
    fakeInstanceFederation({ tenancy, identity, now, lifetimeSeconds: 1200 }, instance),
  ]

  it('signs as the instance that its certificate proves', async () => {
    await using world = await startWorld({ open })
    const base = new URL(`${world.served.url}/opc/v2/`)
    await expect(isInstance(base, world.ports)).resolves.toBe(true)
    await expect(regionOfInstance(base, world.ports)).resolves.toEqual(region)
    const session = await instancePrincipalSession(base, world.place, world.ports)
    expect(session).toMatchObject({ tenancy, subject: instance })
    await expect(list(session, world)).resolves.toEqual([])
    world.ports.pass(1000)
    await expect(list(session, world)).resolves.toEqual([])
  })

  it('tries the metadata service again', async () => {
    await using world = await startWorld({ open })
    world.oci.failNext({ status: 503, only: 'GET /opc/v2/identity/cert.pem' })
    const base = new URL(`${world.served.url}/opc/v2/`)
    await expect(instancePrincipalSession(base, world.place, world.ports)).resolves.toBeDefined()
  })

  it('explains a certificate that is not of an instance', async () => {
    const other = certify('/CN=somebody')
    const service = fakeInstanceMetadata({ ...other, intermediate: other.authority })
    await using world = await startWorld({ open: () => [service] })
    const base = new URL(`${world.served.url}/opc/v2/`)
    const start = (): unknown => instancePrincipalSession(base, world.place, world.ports)
    expect(await messageFrom(start)).toContain('its subject names no tenancy')
  })

  it('knows a machine that is none', async () => {
    await using world = await startWorld()
    const base = new URL('http://127.0.0.1:9/opc/v2/')
    await expect(isInstance(base, world.ports)).resolves.toBe(false)
    await expect(isInstance(new URL(`${world.served.url}/opc/v2/`), world.ports)).resolves.toBe(
      false,
    )
  })
})

describe('okeWorkloadSession', () => {
  const certified = certify('/CN=kubernetes', 'subjectAltName=IP:127.0.0.1')
  const account = 'the-service-accounts-token'
  const answers = {
    base64: (text: string) => Buffer.from(text).toString('base64'),
    plain: (text: string) => text,
  }

  interface Proxy extends AsyncDisposable {
    readonly port: string
  }

  /** The identity proxy of an enhanced cluster, over TLS with the cluster's own authority. */
  async function startProxy(world: World, encode = answers.base64): Promise<Proxy> {
    const tls = { cert: certified.certificate, key: certified.privateKey }
    const server = createServer(tls, (request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        const isRight =
          request.url === '/resourcePrincipalSessionTokens' &&
          request.headers.authorization === `Bearer ${account}`
        if (!isRight) {
          response.writeHead(403).end()
          return
        }
        const { podKey } = JSON.parse(body) as { podKey: string }
        const key = { key: Buffer.from(podKey, 'base64'), type: 'spki', format: 'der' } as const
        const token = world.identity.issue({
          tenancy,
          principal: user,
          publicKey: createPublicKey(key),
          now: world.ports.clock.now(),
          lifetimeSeconds: 600,
        })
        response.end(encode(JSON.stringify({ token: `ST$${token}` })))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return {
      port: (server.address() as AddressInfo).port.toFixed(0),
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    }
  }

  function pod(port: string): Record<string, string> {
    return { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT_PROXYMUX: port }
  }

  const files = {
    '/account/token': `${account}\n`,
    '/account/ca.crt': certified.authority,
    '/wrong/token': 'other',
    '/wrong/ca.crt': certified.authority,
    '/stranger/token': account,
    '/stranger/ca.crt': certify('/CN=x').authority,
  }

  it('signs as the workload that its service account proves', async () => {
    const environment: Record<string, string> = {}
    await using world = await startWorld({ environment, files })
    await using proxy = await startProxy(world)
    Object.assign(environment, pod(proxy.port))
    const session = await okeWorkloadSession(world.ports, '/account')
    expect(session.tenancy).toBe(tenancy)
    await expect(list(session, world)).resolves.toEqual([])
    world.ports.pass(500)
    await expect(list(session, world)).resolves.toEqual([])
    expect(world.ports.masked).toContain(account)
  })

  it.each([
    { name: 'a wrong account', folder: '/wrong', encode: answers.base64, says: 'with 403' },
    {
      name: 'no account',
      folder: '/none',
      encode: answers.base64,
      says: 'automountServiceAccount',
    },
    { name: 'another answer', folder: '/account', encode: answers.plain, says: 'cannot be used' },
    {
      name: 'a server that the cluster’s authority does not vouch for',
      folder: '/stranger',
      encode: answers.base64,
      says: 'No answer from the identity service of the OKE cluster',
    },
  ])('explains $name', async ({ folder, encode, says }) => {
    const environment: Record<string, string> = {}
    await using world = await startWorld({ environment, files })
    await using proxy = await startProxy(world, encode)
    Object.assign(environment, pod(proxy.port))
    expect(await messageFrom(() => okeWorkloadSession(world.ports, folder))).toContain(says)
  })

  it('says that only enhanced clusters have it', async () => {
    await using world = await startWorld({ environment: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } })
    const message = await messageFrom(() => okeWorkloadSession(world.ports))
    expect(message).toContain('only enhanced OKE clusters set both')
  })
})
