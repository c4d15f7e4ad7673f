import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { fakeRegistryToken, fakeTenancy } from '@oke-pipeline/testing'
import { region, startOci, tenancy, user } from './oci-harness.ts'
import type { Harness } from './oci-harness.ts'
import {
  endpointOverrides,
  findRegion,
  fixedSession,
  isMeantAsRegistryHost,
  parseOcid,
  regionOfRegistryHost,
  registryHost,
  registryHosts,
  registryLogin,
  tenancyName,
  tenancyNamespace,
} from '@oke-pipeline/oci'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

async function login(harness: Harness, host: string): Promise<unknown> {
  const keyId = harness.oci.identity.addApiKey(tenancy, user, publicKey)
  const session = fixedSession({ description: 'a key' }, { keyId, privateKey })
  const overrides = endpointOverrides(harness.served.environment)
  return registryLogin({ session, region, overrides }, host, harness.ports)
}

async function start(grants: readonly string[]): Promise<Harness> {
  return startOci({
    services: [
      fakeRegistryToken((principal) => `token of ${principal}`),
      fakeTenancy({ id: tenancy, name: 'acmecorp', namespace: 'acmens' }),
    ],
    grants: { [user]: grants },
  })
}

describe('registryLogin', () => {
  it.each(['ocir.us-ashburn-1.oci.oraclecloud.com', 'iad.ocir.io', 'us-ashburn-1.ocir.io'])(
    'logs in to %s for an hour, and masks the token',
    async (host) => {
      await using harness = await start(['read repos'])
      expect(await login(harness, host)).toEqual({
        host,
        username: 'BEARER_TOKEN',
        password: `token of ${user}`,
        expiresAt: new Date('2026-11-25T11:00:00Z'),
      })
      expect(harness.ports.masked).toContain(`token of ${user}`)
    },
  )

  it('names the policy that it takes', async () => {
    await using harness = await start(['inspect repos'])
    await expect(login(harness, 'iad.ocir.io')).rejects.toThrow('to read repos in compartment')
  })

  it.each(['fra.ocir.io', 'evil.example', 'iad.ocir.io.evil.example', 'ocir.io'])(
    'sends no signature to %s',
    async (host) => {
      await using harness = await start(['manage repos'])
      await expect(login(harness, host)).rejects.toThrow('is not the registry of us-ashburn-1')
      expect(harness.oci.seen).toEqual([])
    },
  )

  it.each([{ body: {} }, { body: { token: '' } }, { body: { token: 7 } }, { body: '"x"' }])(
    'refuses the answer $body',
    async ({ body }) => {
      await using harness = await start(['read repos'])
      harness.oci.failNext({ status: 200, body, times: 99 })
      await expect(login(harness, 'iad.ocir.io')).rejects.toThrow(
        'got an answer that cannot be used',
      )
    },
  )

  it('takes the token under its other name', async () => {
    await using harness = await start(['read repos'])
    harness.oci.failNext({ status: 200, body: { access_token: 'x', expires_in: 60 } })
    expect(await login(harness, 'iad.ocir.io')).toMatchObject({
      password: 'x',
      expiresAt: new Date('2026-11-25T10:01:00Z'),
    })
  })
})

describe('tenancyNamespace', () => {
  it('is that of the tenancy, not its name, and takes no policy', async () => {
    await using harness = await start([])
    await expect(tenancyNamespace(harness.client)).resolves.toBe('acmens')
  })

  it.each([{ body: '{}' }, { body: '"Acme Corp"' }, { body: '""' }, { body: 'acmens' }])(
    'refuses the answer $body',
    async ({ body }) => {
      await using harness = await start([])
      harness.oci.failNext({ status: 200, body, times: 99 })
      await expect(tenancyNamespace(harness.client)).rejects.toThrow('cannot be used')
    },
  )
})

describe('tenancyName', () => {
  it('is the name that people know', async () => {
    await using harness = await start(['inspect tenancies'])
    await expect(tenancyName(harness.client, parseOcid(tenancy))).resolves.toBe('acmecorp')
  })

  it('names the policy that it takes', async () => {
    await using harness = await start([])
    const name = tenancyName(harness.client, parseOcid(tenancy))
    await expect(name).rejects.toThrow('Allow group … to inspect tenancies in tenancy')
  })
})

describe('registryHosts', () => {
  it.each([
    { name: 'iad', long: 'ocir.us-ashburn-1.oci.oraclecloud.com', short: 2 },
    { name: 'us-gov-ashburn-1', long: 'ocir.us-gov-ashburn-1.oci.oraclegovcloud.com', short: 0 },
    { name: 'eu-madrid-2', long: 'ocir.eu-madrid-2.oci.oraclecloud.eu', short: 0 },
  ])('of $name', ({ name, long, short }) => {
    const found = findRegion(name)
    expect(registryHost(found)).toBe(long)
    expect(registryHosts(found)).toHaveLength(1 + short)
    for (const host of registryHosts(found)) expect(regionOfRegistryHost(host, {})).toEqual(found)
  })

  it.each(['xyz.ocir.io', 'ghcr.io', 'ric.ocir.io', 'ocir.us-ashburn-1.oci.evil.example'])(
    'knows that %s is none',
    (host) => {
      expect(regionOfRegistryHost(host, {})).toBeUndefined()
    },
  )

  it('knows regions that are newer than the table, in realms of Oracle', () => {
    expect(regionOfRegistryHost('ocir.eu-newtown-1.oci.oraclecloud.eu', {})).toEqual({
      ...{ id: 'eu-newtown-1', key: undefined, realm: 'oc19', domain: 'oraclecloud.eu' },
    })
    expect(regionOfRegistryHost('ocir.eu-newtown-1.oci.evil.example', {})).toBeUndefined()
  })

  it('knows the region that OCI_REGION_METADATA describes, and no other of its realm', () => {
    const metadata = {
      ...{ realmKey: 'oc99', realmDomainComponent: 'cloud.acme.example' },
      ...{ regionKey: 'acm', regionIdentifier: 'eu-acme-1' },
    }
    const described = { OCI_REGION_METADATA: JSON.stringify(metadata) }
    const host = 'ocir.eu-acme-1.oci.cloud.acme.example'
    expect(regionOfRegistryHost(host, described)).toMatchObject({ id: 'eu-acme-1', key: 'acm' })
    expect(regionOfRegistryHost(host, {})).toBeUndefined()
    for (const other of [
      'ocir.eu-acme-2.oci.cloud.acme.example',
      'ocir.eu-acme-1.oci.evil.example',
    ])
      expect(regionOfRegistryHost(other, described)).toBeUndefined()
  })
})

describe('isMeantAsRegistryHost', () => {
  it.each([
    { host: 'iad.ocir.io', is: true },
    { host: 'xyz.ocir.io', is: true },
    { host: 'ocir.io', is: true },
    { host: 'ocir.eu-frankfurt.oci.oraclecloud.com', is: true },
    { host: 'ghcr.io', is: false },
    { host: 'ocir.eu-frankfurt-1.oraclecloud.com', is: true },
    { host: 'ocir.eu-frankfurt-1.oci.cloud.acme.example', is: true },
    { host: 'ocir.acme.example', is: false },
    { host: 'ocir.io.evil.example', is: false },
    { host: 'myocir.io', is: false },
  ])('$host: $is', ({ host, is }) => {
    expect(isMeantAsRegistryHost(host)).toBe(is)
  })
})
