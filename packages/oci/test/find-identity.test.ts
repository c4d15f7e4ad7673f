import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { messageOf, readInputs } from '@oke-pipeline/core'
import {
  fakeGithubOidc,
  fakeIdentity,
  fakeInstanceMetadata,
  fakeOci,
  fakeTokenExchange,
  serveOci,
} from '@oke-pipeline/testing'
import type { FakeOci, ServedOci } from '@oke-pipeline/testing'
import { tenancy, testPorts, user } from './oci-harness.ts'
import type { TestPorts } from './oci-harness.ts'
import { findIdentity, fingerprintOf, githubIssuer, identityInputs } from '@oke-pipeline/oci'
import type { OciIdentity, PrincipalPorts } from '@oke-pipeline/oci'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

interface World extends AsyncDisposable {
  readonly oci: FakeOci
  readonly served: ServedOci
  readonly ports: TestPorts & PrincipalPorts
  /** Inputs of a step whose job may ask for a token. */
  readonly oidcInputs: Readonly<Record<string, string>>
  readonly oidcEnvironment: Readonly<Record<string, string>>
  token(): string
}

interface WorldOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
  readonly isOnInstance?: boolean
}

async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { environment = {}, files = {}, isOnInstance = false } = options
  const clock = testPorts()
  const now = (): Date => clock.clock.now()
  const identity = fakeIdentity()
  const github = fakeGithubOidc({ sub: 'repo:acme/shop:ref:refs/heads/main', now })
  const trust = {
    issuer: githubIssuer,
    issuerKey: github.publicKey,
    audiences: ['https://cloud.oracle.com'],
    clientId: 'app',
    clientSecret: 'secret',
    rules: [{ rule: 'sub eq repo:acme/shop:*', user }],
    tenancy,
    lifetimeSeconds: 3600,
  }
  const metadata = fakeInstanceMetadata({ certificate: '', privateKey: '', intermediate: '' })
  const oci = fakeOci({
    identity,
    now,
    openServices: [
      github.service,
      fakeTokenExchange(trust, identity, now),
      ...(isOnInstance ? [metadata] : []),
    ],
  })
  const served = await serveOci(oci)
  return {
    oci,
    served,
    token: () =>
      identity.issue({ tenancy, principal: user, publicKey, now: now(), lifetimeSeconds: 600 }),
    oidcInputs: {
      'oci-domain-url': served.url,
      'oci-client-id': 'app',
      'oci-client-secret': 'secret',
      'oci-region': 'iad',
    },
    oidcEnvironment: github.environment(served.url),
    ports: {
      ...clock,
      environment: { ...served.environment, ...environment },
      run: { eventName: 'push', eventPath: undefined },
      homeFolder: '/home/runner',
      readFile: (path) =>
        files[path] === undefined
          ? Promise.reject(new Error(`ENOENT: ${path}`))
          : Promise.resolve(files[path]),
    },
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  }
}

async function find(
  { ports }: World,
  inputs: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<OciIdentity> {
  const source = { input: (name: string) => inputs[name], mask: (text: string) => ports.mask(text) }
  const values = await readInputs(identityInputs, source)
  return findIdentity(values, { ...ports, environment: { ...ports.environment, ...environment } })
}

async function messageFrom(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => Promise.reject(new Error('It did not fail')),
    (error: unknown) => messageOf(error),
  )
}

const cliEnvironment = {
  OCI_CLI_TENANCY: tenancy,
  OCI_CLI_USER: user,
  OCI_CLI_FINGERPRINT: fingerprintOf(publicKey),
  OCI_CLI_KEY_CONTENT: pem,
  OCI_CLI_REGION: 'eu-frankfurt-1',
}

const profile = `[DEFAULT]\ntenancy=${tenancy}\nuser=${user}\nfingerprint=${fingerprintOf(publicKey)}\nkey_file=~/k.pem\nregion=fra\n`
const profileFiles = { '/home/runner/.oci/config': profile, '/home/runner/k.pem': pem }

describe('findIdentity', () => {
  it('prefers the workflow’s own identity, and says what it skipped and why', async () => {
    await using world = await startWorld()
    const environment = { ...cliEnvironment, ...world.oidcEnvironment }
    const identity = await find(world, world.oidcInputs, environment)
    expect(identity).toMatchObject({ way: 'github-oidc', region: { id: 'us-ashburn-1' } })
    expect(world.ports.logged).toEqual([
      `OCI identity: the workflow repo:acme/shop:ref:refs/heads/main, exchanged for ${user} (github-oidc), in us-ashburn-1`,
    ])
  })

  it('takes the variables of OCI CLI and oracle-actions as they are', async () => {
    await using world = await startWorld()
    const identity = await find(world, {}, cliEnvironment)
    expect(identity).toMatchObject({ way: 'api-key', region: { id: 'eu-frankfurt-1' } })
    expect(world.ports.logged[1]).toBe('  not github-oidc: "oci-domain-url" is not given')
  })

  it('takes a session that an earlier step left', async () => {
    const files: Record<string, string> = { '/t/token': '', '/t/key': pem }
    await using world = await startWorld({ files })
    files['/t/token'] = world.token()
    const environment = { OCI_CLI_SECURITY_TOKEN_FILE: '/t/token', OCI_CLI_KEY_FILE: '/t/key' }
    const identity = await find(world, { 'oci-region': 'fra' }, environment)
    expect(identity.way).toBe('session-token')
  })

  it('takes a profile, and its region', async () => {
    await using world = await startWorld({ files: profileFiles })
    const identity = await find(world)
    expect(identity).toMatchObject({ way: 'config-file', region: { id: 'eu-frankfurt-1' } })
    expect(world.ports.logged.join('\n')).toContain('not oke-workload: this runner is no pod')
  })

  it('takes the way that is asked for, and no other', async () => {
    await using world = await startWorld({ files: profileFiles })
    const inputs = { 'oci-auth': 'config-file' }
    expect((await find(world, inputs, cliEnvironment)).way).toBe('config-file')
    const message = await messageFrom(find(world, { 'oci-auth': 'oke-workload' }, cliEnvironment))
    expect(message).toContain('oke-workload: this runner is no pod')
    expect(message).not.toContain('api-key')
  })

  it('lists what every way lacks where there is none', async () => {
    await using world = await startWorld()
    const message = await messageFrom(find(world))
    for (const reason of [
      'github-oidc: "oci-domain-url" is not given',
      'api-key: "oci-tenancy" is not given',
      'session-token: OCI_CLI_SECURITY_TOKEN_FILE is not set',
      'resource-principal: OCI_RESOURCE_PRINCIPAL_VERSION is not set',
      'oke-workload: this runner is no pod',
      'config-file: The file that "oci-config-file" names cannot be read',
      'instance-principal: this runner is no instance of OCI',
      'permissions: { id-token: write, contents: read }',
    ]) {
      expect(message).toContain(reason)
    }
  })

  it('says that a fork’s pull request gets no secrets, where the client secret is empty', async () => {
    const event = { pull_request: { head: { repo: { fork: true } } } }
    await using world = await startWorld({ files: { '/event.json': JSON.stringify(event) } })
    const run = { eventName: 'pull_request', eventPath: '/event.json' }
    const ofFork = { ...world, ports: { ...world.ports, run } }
    const inputs = { ...world.oidcInputs, 'oci-client-secret': '' }
    expect(await messageFrom(find(ofFork, inputs))).toContain(
      'A pull request from a fork gets no OIDC token',
    )
    expect(await messageFrom(find(world, inputs))).toContain('"oci-client-secret" is not given')
  })

  it('does not fall back where the workflow’s identity is configured, but not allowed', async () => {
    await using world = await startWorld({ files: profileFiles })
    const message = await messageFrom(find(world, world.oidcInputs, cliEnvironment))
    expect(message).toContain('Missing permission "id-token: write"')
  })

  it('goes to the instance where there is nothing else', async () => {
    await using world = await startWorld({ isOnInstance: true })
    const message = await messageFrom(find(world))
    expect(message).toContain('The certificate of the instance cannot be used')
  })

  it('asks for the region where nothing says it', async () => {
    await using world = await startWorld()
    const environment = { ...cliEnvironment, OCI_CLI_REGION: '' }
    const message = await messageFrom(find(world, {}, environment))
    expect(message).toContain('Give "oci-region"')
  })

  it.each(['api-key', 'github-oidc'])('refuses a region of another realm: %s', async (way) => {
    await using world = await startWorld()
    const inputs = { ...world.oidcInputs, 'oci-auth': way, 'oci-region': 'us-gov-ashburn-1' }
    const environment = { ...cliEnvironment, ...world.oidcEnvironment }
    const message = await messageFrom(find(world, inputs, environment))
    expect(message).toContain('is not in the tenancy’s realm')
  })

  it('knows a region by OCI_REGION_METADATA', async () => {
    await using world = await startWorld()
    const metadata = {
      realmKey: 'oc1',
      realmDomainComponent: 'oraclecloud.com',
      regionKey: 'new',
      regionIdentifier: 'xx-new-1',
    }
    const environment = {
      ...cliEnvironment,
      OCI_CLI_REGION: 'new',
      OCI_REGION_METADATA: JSON.stringify(metadata),
    }
    expect((await find(world, {}, environment)).region.id).toBe('xx-new-1')
  })

  it('reports all inputs that are not usable at once', async () => {
    await using world = await startWorld()
    const message = await messageFrom(
      find(world, {
        'oci-region': 'Mars',
        'oci-domain-url': 'https://evil.example',
        'oci-tenancy': 'acme',
        'oci-trust-rule': 'sub eq "x"',
        'oci-fingerprint': 'aa',
      }),
    )
    expect(message).toContain('5 inputs are not usable')
  })
})
