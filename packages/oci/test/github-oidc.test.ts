import { describe, expect, it } from '@jest/globals'
import { messageOf } from '@oke-pipeline/core'
import {
  fakeArtifacts,
  fakeGithubOidc,
  fakeIdentity,
  fakeOci,
  fakeTokenExchange,
  serveOci,
} from '@oke-pipeline/testing'
import type { FakeOci, FakeTrust, ServedOci } from '@oke-pipeline/testing'
import * as v from 'valibot'
import { compartment, region, tenancy, testPorts, user } from './oci-harness.ts'
import type { TestPorts } from './oci-harness.ts'
import {
  allPages,
  endpointOverrides,
  githubIssuer,
  githubOidcSession,
  ociClient,
  parseDomainUrl,
  parseRule,
} from '@oke-pipeline/oci'
import type { GithubOidcSettings, PrincipalPorts, Session } from '@oke-pipeline/oci'

const subject = 'repo:acme/shop:environment:production'
const audience = 'https://cloud.oracle.com'
const secret = 'idcscs-0123456789'

interface World extends AsyncDisposable {
  readonly oci: FakeOci
  readonly served: ServedOci
  readonly ports: TestPorts & PrincipalPorts
  settings(changes?: Partial<GithubOidcSettings>): GithubOidcSettings
}

interface WorldOptions {
  readonly trust?: Partial<FakeTrust>
  readonly claims?: Readonly<Record<string, unknown>>
  readonly environment?: Readonly<Record<string, string>>
  readonly event?: unknown
}

/** IAM: the service user of the trust may read the repositories of the compartment. */
async function startWorld({
  trust,
  claims,
  environment,
  event,
}: WorldOptions = {}): Promise<World> {
  const clock = testPorts()
  const now = (): Date => clock.clock.now()
  const identity = fakeIdentity()
  const github = fakeGithubOidc({ sub: subject, now, ...(claims === undefined ? {} : { claims }) })
  const whole: FakeTrust = {
    issuer: githubIssuer,
    issuerKey: github.publicKey,
    audiences: [audience],
    clientId: 'app',
    clientSecret: secret,
    rules: [{ rule: `sub eq ${subject}`, user }],
    tenancy,
    lifetimeSeconds: 3600,
    ...trust,
  }
  const oci = fakeOci({
    identity,
    now,
    openServices: [github.service, fakeTokenExchange(whole, identity, now)],
    services: [fakeArtifacts({ tenancy, namespace: 'acme', repositories: [] })],
    grants: { [user]: ['read repos'] },
  })
  const served = await serveOci(oci)
  const ports = {
    ...clock,
    environment: environment ?? github.environment(served.url),
    run: { eventName: event === undefined ? 'push' : 'pull_request', eventPath: 'event.json' },
    readFile: () => Promise.resolve(JSON.stringify(event)),
    homeFolder: '/home/runner',
  }
  return {
    oci,
    served,
    ports,
    settings: (changes) => ({
      domainUrl: parseDomainUrl(served.url),
      clientId: 'app',
      clientSecret: secret,
      as: 'user',
      trust: { issuer: githubIssuer, audience, rule: undefined },
      ...changes,
    }),
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  }
}

async function list(session: Session, { served, ports }: World): Promise<readonly unknown[]> {
  const client = ociClient(
    session,
    { region, overrides: endpointOverrides(served.environment) },
    ports,
  )
  return allPages(
    client,
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

function exchanges({ oci }: World): number {
  return oci.seen.filter(({ target }) => target === '/oauth2/v1/token').length
}

async function messageFrom(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => Promise.reject(new Error('It did not fail')),
    (error: unknown) => messageOf(error),
  )
}

describe('githubOidcSession', () => {
  it('becomes the service user of the trust, and signs with a key that it proves to have', async () => {
    await using world = await startWorld()
    const session = await githubOidcSession(world.settings(), world.ports)
    expect(session).toMatchObject({
      tenancy,
      subject: user,
      description: `the workflow ${subject}, exchanged for ${user}`,
    })
    await expect(list(session, world)).resolves.toEqual([])
  })

  it('becomes a resource where the trust labels one', async () => {
    await using world = await startWorld({ trust: { impersonatingResource: 'deployer' } })
    const settings = world.settings({ as: { resourceType: 'deployer' } })
    const session = await githubOidcSession(settings, world.ports)
    expect(session.subject).toBe(`identityfederateddomainapp:${subject}`)
  })

  it('masks every token and the credentials before anything can log them', async () => {
    await using world = await startWorld()
    const session = await githubOidcSession(world.settings(), world.ports)
    const token = (await session.granted())?.token ?? ''
    const basic = Buffer.from(`app:${secret}`).toString('base64')
    const jwt = new URLSearchParams(world.oci.seen[1]?.body.toString()).get('subject_token') ?? ''
    expect(world.ports.masked).toEqual(expect.arrayContaining([token, basic, jwt]))
    expect(JSON.stringify(world.ports.logged)).not.toContain(token)
  })

  it('is renewed with a new key before it ends, once for all that ask', async () => {
    await using world = await startWorld()
    const session = await githubOidcSession(world.settings(), world.ports)
    const first = await session.signingKey()
    world.ports.pass(3240)
    expect(await session.signingKey()).toBe(first)
    world.ports.pass(120)
    const keys = await Promise.all([session.signingKey(), session.signingKey()])
    expect(keys[0]).toBe(keys[1])
    expect(keys[0].keyId).not.toBe(first.keyId)
    expect(exchanges(world)).toBe(2)
    await expect(list(session, world)).resolves.toEqual([])
  })

  it('renews a short session in its second half only', async () => {
    await using world = await startWorld({ trust: { lifetimeSeconds: 240 } })
    const session = await githubOidcSession(world.settings(), world.ports)
    world.ports.pass(110)
    await session.signingKey()
    expect(exchanges(world)).toBe(1)
    world.ports.pass(20)
    await session.signingKey()
    expect(exchanges(world)).toBe(2)
  })

  it('is renewed when OCI has ended it', async () => {
    await using world = await startWorld()
    const session = await githubOidcSession(world.settings(), world.ports)
    world.oci.identity.revokeAll()
    await expect(list(session, world)).resolves.toEqual([])
    expect(exchanges(world)).toBe(2)
  })

  it('tries again after a fault of the exchange, three times at most', async () => {
    await using world = await startWorld()
    world.oci.failNext({ status: 503, only: 'POST /oauth2', times: 2 })
    await githubOidcSession(world.settings(), world.ports)
    expect(world.ports.slept).toEqual([1.5, 3])
    world.oci.failNext({ status: 503, only: 'POST /oauth2', times: 3 })
    const again = githubOidcSession(world.settings(), world.ports)
    await expect(again).rejects.toThrow('answered with 503')
  })

  it('tries again after a fault of GitHub', async () => {
    await using world = await startWorld()
    world.oci.failNext({ status: 500, only: 'GET /github' })
    await githubOidcSession(world.settings(), world.ports)
    world.oci.failNext({ status: 200, only: 'GET /github', body: { value: 'no token' } })
    const session = githubOidcSession(world.settings(), world.ports)
    await expect(session).rejects.toThrow('The workflow’s OIDC token cannot be read')
  })

  it.each<{
    name: string
    options: WorldOptions
    changes?: Partial<GithubOidcSettings>
    says: string[]
  }>([
    {
      name: 'another subject than the rule’s',
      options: { trust: { rules: [{ rule: 'sub eq repo:acme/other:*', user }] } },
      says: ['No rules matched', `The trust needs the rule "sub eq ${subject}" (without quotes`],
    },
    {
      name: 'a user that is no service user',
      options: { trust: { rules: [{ rule: 'sub co acme', user, isServiceUser: false }] } },
      says: ['unauthorized_client', '"serviceUser": true'],
    },
    {
      name: 'a wrong secret',
      options: { trust: { clientSecret: 'other' } },
      says: ['invalid_client', 'Check the client id and the client secret'],
    },
    {
      name: 'another audience in the trust',
      options: { trust: { audiences: ['other'] } },
      says: ['clientClaimValues', '"oauthClients"'],
    },
    {
      name: 'an unknown label of a resource',
      options: {},
      changes: { as: { resourceType: 'nothing' } },
      says: ['res_type'],
    },
  ])('explains $name', async ({ options, changes, says }) => {
    await using world = await startWorld(options)
    const message = await messageFrom(githubOidcSession(world.settings(changes), world.ports))
    for (const part of says) expect(message).toContain(part)
    expect(message).not.toContain(secret)
    expect(exchanges(world)).toBe(1)
  })

  it.each<{
    name: string
    claims?: Record<string, unknown>
    rule?: string
    says: string
    change: string
  }>([
    {
      name: 'issuer',
      claims: { iss: 'https://evil.example' },
      says: '"iss" is https://evil.example',
      change: 'give another "oci-auth"',
    },
    {
      name: 'audience',
      claims: { aud: 'other' },
      says: '"aud" is other, where the trust has',
      change: 'Give as "oci-audience" what the trust has',
    },
    {
      name: 'end',
      claims: { exp: 1 },
      says: '"exp" is 1970-01-01T00:00:01.000Z',
      change: 'clock is fast. \nSynchronise the clock',
    },
    {
      name: 'beginning',
      claims: { nbf: 4_000_000_000 },
      says: '"nbf" is 2096-10-02T07:06:40.000Z',
      change: 'clock is slow. \nSynchronise the clock',
    },
    {
      name: 'subject',
      rule: 'sub eq repo:acme/shop:ref:*',
      says: `"sub" is ${subject}, where`,
      change: `The trust needs the rule "sub eq ${subject}"`,
    },
    {
      name: 'claim',
      rule: 'job_workflow_ref co x',
      says: '"job_workflow_ref", which the rule asks for',
      change: `The trust needs the rule "sub eq ${subject}"`,
    },
  ])(
    'does not send a token whose $name the trust would miss',
    async ({ claims, rule, says, change }) => {
      await using world = await startWorld(claims === undefined ? {} : { claims })
      const trust = {
        issuer: githubIssuer,
        audience,
        rule: rule === undefined ? undefined : parseRule(rule),
      }
      const message = await messageFrom(githubOidcSession(world.settings({ trust }), world.ports))
      expect(message).toContain(says)
      expect(message).toContain(change)
      expect(exchanges(world)).toBe(0)
    },
  )

  it.each(['sub eq repo:acme/shop:*', 'sub co shop:environment', `sub eq ${subject}`])(
    'sends a token that the rule "%s" takes',
    async (rule) => {
      await using world = await startWorld()
      const trust = { issuer: githubIssuer, audience, rule: parseRule(rule) }
      await githubOidcSession(world.settings({ trust }), world.ports)
      expect(exchanges(world)).toBe(1)
    },
  )

  it('says the YAML to add where the job may not ask for a token', async () => {
    await using world = await startWorld({ environment: {} })
    const message = await messageFrom(githubOidcSession(world.settings(), world.ports))
    expect(message).toContain('Missing permission "id-token: write"')
    expect(message).toContain('permissions: { id-token: write, contents: read }')
  })

  it.each([
    { name: 'in a fork', repo: { fork: true } },
    { name: 'in a fork that is gone', repo: null },
  ])('says that a pull request $name gets none', async ({ repo }) => {
    const event = { pull_request: { head: { repo } } }
    await using world = await startWorld({ environment: {}, event })
    const message = await messageFrom(githubOidcSession(world.settings(), world.ports))
    expect(message).toContain('A pull request from a fork gets no OIDC token')
  })

  it('asks for the permission in a pull request of the repository itself', async () => {
    const event = { pull_request: { head: { repo: { fork: false } } } }
    await using world = await startWorld({ environment: {}, event })
    const message = await messageFrom(githubOidcSession(world.settings(), world.ports))
    expect(message).toContain('Missing permission "id-token: write"')
  })

  it('follows no redirect with its credentials', async () => {
    await using world = await startWorld()
    const location = `${world.served.url}/elsewhere`
    world.oci.failNext({ status: 307, headers: { location }, only: 'POST /oauth2' })
    const message = await messageFrom(githubOidcSession(world.settings(), world.ports))
    expect(message).toContain('answered with 307')
    expect(world.oci.seen.some(({ target }) => target === '/elsewhere')).toBe(false)
  })

  it('takes only a session token for one, and quotes none', async () => {
    await using world = await startWorld()
    const body = { token: 'header.payload"\r\nx: y.signature' }
    world.oci.failNext({ status: 200, body, only: 'POST /oauth2' })
    const message = await messageFrom(githubOidcSession(world.settings(), world.ports))
    expect(message).toContain('is no session token')
    expect(message).not.toContain('payload')
  })

  it('refuses a session that has ended before it began', async () => {
    await using world = await startWorld({ trust: { lifetimeSeconds: -1 } })
    const message = await messageFrom(githubOidcSession(world.settings(), world.ports))
    expect(message).toContain('has ended before it began')
  })
})

describe('parseDomainUrl', () => {
  it.each([
    'https://idcs-0123456789abcdef0123456789abcdef.identity.oraclecloud.com',
    'https://idcs-0123456789abcdef0123456789abcdef.identity.oraclecloud.com:443/',
    'https://idcs-1.identity.eu-frankfurt-1.oci.oraclecloud.com',
    'https://idcs-1.identity.oraclegovcloud.com',
    'https://idcs-1.identity.oraclecloud.eu',
  ])('takes %s', (text) => {
    expect(parseDomainUrl(text).href).toBe(`${text.replace(/(:443)?\/?$/, '')}/`)
  })

  it.each([
    'http://idcs-1.identity.oraclecloud.com',
    'https://idcs-1.identity.oraclecloud.com.evil.example',
    'https://evil.example/.identity.oraclecloud.com',
    'https://idcs-1.identity.evil-oraclecloud.com',
    'https://user@idcs-1.identity.oraclecloud.com',
    'https://idcs-1.identity.oraclecloud.com:8443',
    'https://idcs-1.identity.oraclecloud.com/ui/v1',
    'http://10.0.0.1',
    'idcs-1',
    '',
  ])('refuses "%s"', (text) => {
    expect(() => parseDomainUrl(text)).toThrow('is not the address of an identity domain')
  })
})

describe('parseRule', () => {
  it.each(['sub eq "repo:acme/shop:*"', "sub eq 'repo:acme/shop:*'"])('refuses %s', (rule) => {
    expect(() => parseRule(rule)).toThrow('a quoted value matches no token')
  })

  it.each(['sub', 'sub is x', 'sub eq ', ''])('refuses "%s"', (rule) => {
    expect(() => parseRule(rule)).toThrow('A rule is a claim, "eq" or "co", and a value.')
  })
})
