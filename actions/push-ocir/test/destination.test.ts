import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { readInputs } from '@oke-pipeline/core'
import { formatReference } from '@oke-pipeline/image'
import {
  fakeOci,
  fakeRegistryToken,
  fakeTenancy,
  recordingRunner,
  serveOci,
} from '@oke-pipeline/testing'
import type { OciFault } from '@oke-pipeline/testing'
import { declaration } from '../src/declaration.ts'
import { checkDestination } from '../src/destination/destination-inputs.ts'
import { mountSourcesIn } from '../src/destination/mount-source.ts'
import { openDestination } from '../src/destination/open-destination.ts'
import { openDestinations } from '../src/destination/open-destinations.ts'

const tenancy = 'ocid1.tenancy.oc1..aaaatenancy'
const user = 'ocid1.user.oc1..aaaadeployer'
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const apiKey = {
  'oci-tenancy': tenancy,
  'oci-user': user,
  'oci-private-key': pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
}

interface World {
  readonly grants?: readonly string[]
  readonly faults?: readonly OciFault[]
  readonly environment?: Readonly<Record<string, string>>
}

/** Opens a destination, as a user whom IAM lets do this. */
async function open(
  given: Readonly<Record<string, string>>,
  { grants = ['manage repos'], faults = [], environment = {} }: World = {},
): Promise<{
  readonly name: string
  readonly region: string | undefined
  readonly credentials: unknown
  readonly masked: readonly string[]
  readonly asked: readonly string[]
}> {
  const services = [
    fakeRegistryToken(() => 'token-of-an-hour'),
    fakeTenancy({ id: tenancy, name: 'AcmeCorp', namespace: 'acmens' }),
  ]
  const oci = fakeOci({ services, grants: { [user]: grants } })
  oci.identity.addApiKey(tenancy, user, pair.publicKey)
  for (const fault of faults) oci.failNext(fault)
  await using served = await serveOci(oci)
  const runner = recordingRunner({
    folder: '/nowhere',
    inputs: { layout: 'layout', ...given },
    environment: { ...served.environment, ...environment },
  })
  const values = await readInputs(declaration.inputs, runner, (read) =>
    checkDestination(read, runner.environment),
  )
  const destination = await openDestination(values, runner)
  return {
    name: formatReference(destination.reference),
    region: destination.region?.id,
    credentials: await destination.logIn(),
    masked: runner.masked,
    asked: oci.seen.map(({ target }) => target),
  }
}

const bearer = { username: 'BEARER_TOKEN', password: 'token-of-an-hour' }
const authToken = { username: 'acmens/ci', password: 'auth-token' }

describe('openDestination as the identity', () => {
  it.each([
    { image: 'iad.ocir.io/acmens/app', region: 'us-ashburn-1' },
    { image: 'us-ashburn-1.ocir.io/acmens/app', region: 'us-ashburn-1' },
    { image: 'ocir.eu-frankfurt-1.oci.oraclecloud.com/acmens/team/app', region: 'eu-frankfurt-1' },
    { image: 'ocir.eu-newtown-1.oci.oraclecloud.com/acmens/app', region: 'eu-newtown-1' },
  ])(
    'logs in to $image, in the region of its host, and masks the login',
    async ({ image, region }) => {
      const opened = await open({ ...apiKey, image })
      expect(opened).toMatchObject({ name: image, region, credentials: bearer })
      expect(opened.masked).toContain(bearer.password)
      const basic = Buffer.from('BEARER_TOKEN:token-of-an-hour').toString('base64')
      expect(opened.masked).toContain(basic)
      for (const secret of opened.masked) expect(image).not.toContain(secret)
    },
  )

  it.each([
    { image: 'app', name: 'ocir.eu-frankfurt-1.oci.oraclecloud.com/acmens/app' },
    { image: 'team/app', name: 'ocir.eu-frankfurt-1.oci.oraclecloud.com/acmens/team/app' },
    { image: 'acmens/app', name: 'ocir.eu-frankfurt-1.oci.oraclecloud.com/acmens/app' },
  ])('completes $image by region and namespace', async ({ image, name }) => {
    const opened = await open({ ...apiKey, image, 'oci-region': 'fra' })
    expect(opened).toMatchObject({ name, region: 'eu-frankfurt-1', credentials: bearer })
  })

  it('takes the namespace that is given, and asks for none', async () => {
    const { name, asked } = await open({
      ...{ ...apiKey, image: 'app', namespace: 'othertenancy', 'oci-region': 'iad' },
    })
    expect(name).toBe('ocir.us-ashburn-1.oci.oraclecloud.com/othertenancy/app')
    expect(asked).not.toContain('/n')
  })

  it('says that the tenancy’s name is not its namespace, before it logs in', async () => {
    const failed = open(
      { ...apiKey, image: 'iad.ocir.io/acmecorp/team/app' },
      { grants: ['manage repos', 'inspect tenancies'] },
    )
    await expect(failed).rejects.toThrow(
      'It is the tenancy’s name; its namespace is "acmens". Nothing has been pushed. Give "image: iad.ocir.io/acmens/team/app", or "image: team/app" alone.',
    )
  })

  it('says so also where it may not know the tenancy’s name', async () => {
    const failed = open({ ...apiKey, image: 'iad.ocir.io/acmecorp/app' })
    await expect(failed).rejects.toThrow(
      'The tenancy of this identity has the namespace "acmens". Nothing has been pushed.',
    )
  })

  it('leaves the last word to the registry where OCI does not tell the namespace', async () => {
    const faults = [{ status: 404, body: { code: 'NotAuthorizedOrNotFound' }, only: 'GET /n' }]
    const { name } = await open({ ...apiKey, image: 'iad.ocir.io/acmens/app' }, { faults })
    expect(name).toBe('iad.ocir.io/acmens/app')
  })

  it('names the policy that pushing takes', async () => {
    const refused = open({ ...apiKey, image: 'iad.ocir.io/acmens/app' }, { grants: [] })
    await expect(refused).rejects.toThrow('(to push: manage repos)')
  })

  it('names the YAML that a job without a way to an identity needs', async () => {
    const nothing = open({ image: 'iad.ocir.io/acmens/app', 'oci-auth': 'github-oidc' })
    await expect(nothing).rejects.toThrow('id-token: write')
  })
})

describe('openDestination as a user', () => {
  it('takes the user that is given, and asks OCI nothing', async () => {
    const image = 'iad.ocir.io/acmens/app'
    const { credentials, asked, region } = await open({ ...apiKey, ...authToken, image })
    expect(credentials).toEqual(authToken)
    expect(region).toBe('us-ashburn-1')
    expect(asked).toEqual([])
  })

  it.each([
    { given: { 'oci-region': 'eu-frankfurt-1' }, environment: {} },
    { given: {}, environment: { OCI_CLI_REGION: 'eu-frankfurt-1' } },
  ])('completes a short name by the region of $given$environment', async (world) => {
    const given = { ...authToken, image: 'app', ...world.given }
    const { name, asked } = await open(given, { environment: world.environment })
    expect(name).toBe('ocir.eu-frankfurt-1.oci.oraclecloud.com/acmens/app')
    expect(asked).toEqual([])
  })

  it('asks for the namespace that a login by token does not say', async () => {
    const given = { image: 'app', 'oci-region': 'fra', ...bearer }
    await expect(open(given)).rejects.toThrow('The namespace of "app" is not known')
    const { name } = await open({ ...given, namespace: 'acmens' })
    expect(name).toBe('ocir.eu-frankfurt-1.oci.oraclecloud.com/acmens/app')
  })

  it('sends nothing of OCI to another registry', async () => {
    const opened = await open({ ...apiKey, image: 'registry.example.com/app' })
    expect(opened).toMatchObject({ name: 'registry.example.com/app', asked: [] })
    expect(opened.credentials).toBeUndefined()
    expect(opened.region).toBeUndefined()
  })
})

/** Opens all destinations; of each its name and as whom the registry is spoken to. */
async function openAll(given: Readonly<Record<string, string>>): Promise<{
  readonly names: readonly string[]
  readonly users: readonly (string | undefined)[]
  readonly asked: readonly string[]
}> {
  const services = [
    fakeRegistryToken(() => 'token-of-an-hour'),
    fakeTenancy({ id: tenancy, name: 'AcmeCorp', namespace: 'acmens' }),
  ]
  const oci = fakeOci({ services, grants: { [user]: ['manage repos'] } })
  oci.identity.addApiKey(tenancy, user, pair.publicKey)
  await using served = await serveOci(oci)
  const runner = recordingRunner({
    folder: '/nowhere',
    inputs: { layout: 'layout', ...given },
    environment: served.environment,
  })
  const values = await readInputs(declaration.inputs, runner, (read) =>
    checkDestination(read, runner.environment),
  )
  const { main, others } = await openDestinations(values, runner)
  const all = [main, ...others]
  const logins = await Promise.all(all.map((one) => one.logIn()))
  return {
    names: all.map(({ reference }) => formatReference(reference)),
    users: logins.map((login) => login?.username),
    asked: oci.seen.map(({ target }) => target),
  }
}

describe('openDestinations', () => {
  it('names the same repository in other regions, in the form of the first host', async () => {
    const given = {
      ...apiKey,
      image: 'iad.ocir.io/acmens/app',
      'also-push-to': 'phx, eu-frankfurt-1',
    }
    const { names, users } = await openAll(given)
    expect(names).toEqual(['iad', 'phx', 'fra'].map((key) => `${key}.ocir.io/acmens/app`))
    expect(users).toEqual(['BEARER_TOKEN', 'BEARER_TOKEN', 'BEARER_TOKEN'])
  })

  it('looks up the namespace of a short name once', async () => {
    const given = { ...apiKey, image: 'app', 'oci-region': 'iad', 'also-push-to': 'phx' }
    const { names, asked } = await openAll(given)
    expect(names).toEqual([
      'ocir.us-ashburn-1.oci.oraclecloud.com/acmens/app',
      'ocir.us-phoenix-1.oci.oraclecloud.com/acmens/app',
    ])
    expect(asked.filter((target) => target === '/n')).toHaveLength(1)
  })

  it('takes a user of OCIR to its other regions, and its password to no other registry', async () => {
    const further = 'phx, fra.ocir.io/acmens/copy, ghcr.io/acme/app'
    const given = { ...authToken, image: 'iad.ocir.io/acmens/app', 'also-push-to': further }
    const { names, users } = await openAll(given)
    expect(names).toEqual([
      ...['iad.ocir.io/acmens/app', 'phx.ocir.io/acmens/app'],
      ...['fra.ocir.io/acmens/copy', 'ghcr.io/acme/app'],
    ])
    expect(users).toEqual(['acmens/ci', 'acmens/ci', 'acmens/ci', undefined])
  })

  it('takes no password of another registry to OCIR', async () => {
    const given = { username: 'acme/ci', password: 'of-ghcr', image: 'ghcr.io/acme/app' }
    const { users } = await openAll({
      ...{ ...apiKey, ...given, 'also-push-to': 'iad.ocir.io/acmens/app' },
    })
    expect(users).toEqual(['acme/ci', 'BEARER_TOKEN'])
  })

  it.each([
    { further: 'iad', says: 'is pushed to twice' },
    { further: 'ocir.us-ashburn-1.oci.oraclecloud.com/acmens/app', says: 'is pushed to twice' },
    { further: 'us-gov-ashburn-1', says: 'is not in the tenancy’s realm' },
    { further: 'xyz.ocir.io/acmens/app', says: '"also-push-to": got "xyz.ocir.io/acmens/app"' },
    { further: 'phx.ocir.io/app', says: 'expected <host>/<namespace>/<repository>' },
    { further: 'app', says: 'it is neither a region nor a repository with its registry' },
    { further: 'phx.ocir.io/acmens/app:1', says: 'it has the tag "1"' },
  ])('refuses $further', async ({ further, says }) => {
    const given = { ...apiKey, image: 'iad.ocir.io/acmens/app', 'also-push-to': further }
    await expect(openAll(given)).rejects.toThrow(says)
  })

  it('refuses a region as a place of an image that is not in OCIR', async () => {
    const refused = openAll({ image: 'ghcr.io/acme/app', 'also-push-to': 'phx' })
    await expect(refused).rejects.toThrow('expected an image of OCIR for a region')
  })
})

describe('push-ocir refuses, before anything is asked,', () => {
  it.each([
    {
      image: 'xyz.ocir.io/acmens/app',
      says: '"image": got "xyz.ocir.io", expected a host of OCIR',
    },
    { image: 'ric.ocir.io/acmens/app', says: 'expected a host of OCIR' },
    { image: 'ocir.eu-frankfurt.oci.oraclecloud.com/a/b', says: 'expected a host of OCIR' },
    { image: 'iad.ocir.io/app', says: '"image": got "app", expected the tenancy’s namespace' },
    { image: 'iad.ocir.io/acmens/App', says: 'upper-case letters' },
    { image: 'iad.ocir.io/acmens/a__-b', says: 'is not made of a-z and 0-9' },
    {
      image: 'iad.ocir.io/acmens/app',
      given: { 'oci-region': 'fra' },
      says: '"oci-region": got "eu-frankfurt-1", expected us-ashburn-1',
    },
    {
      image: 'iad.ocir.io/acmecorp/app',
      given: authToken,
      says: 'expected the namespace in "username", "acmens", before the repository',
    },
    {
      image: 'iad.ocir.io/acmecorp/app',
      given: { namespace: 'acmens' },
      says: 'expected "namespace", "acmens", before the repository',
    },
    {
      image: 'iad.ocir.io/acmens/app',
      given: { ...authToken, username: 'ci@example.com' },
      says: '"username": got "ci@example.com", expected the namespace before it',
    },
    { image: 'app', given: authToken, says: '"oci-region": is required for an image without' },
    {
      image: 'ghcr.io/acme/app',
      given: { namespace: 'acmens' },
      says: '"namespace": got "acmens", expected none: ghcr.io is not OCIR',
    },
    { image: 'app', given: { namespace: 'Acme Corp' }, says: 'expected a namespace such as' },
    { image: 'app', given: { 'oci-region': 'eu-frankfurt' }, says: 'expected a region' },
    {
      image: 'app',
      given: { 'mount-from': 'base, iad.ocir.io/acmens/base' },
      says: 'within one only',
    },
    { image: 'app', given: { 'mount-from': 'base:1' }, says: 'it has the tag "1"' },
    { image: 'app', given: { 'allowed-token-hosts': 'https://auth.corp' }, says: 'it is no host' },
    { image: 'app', given: { 'allowed-token-hosts': 'auth.corp/token' }, says: 'it is no host' },
    { image: 'app', given: { 'allowed-token-hosts': 'auth.corp:99999' }, says: 'it is no host' },
    { image: 'app', given: { 'allowed-token-hosts': 'ci@auth.corp' }, says: 'it is no host' },
  ])('$image with $given', async ({ image, given = {}, says }) => {
    await expect(open({ ...apiKey, image, ...given })).rejects.toThrow(says)
  })

  it('tells of all of it at once', async () => {
    const all = open({ image: 'iad.ocir.io/app', 'oci-region': 'fra', username: 'ci' })
    await expect(all).rejects.toThrow('4 inputs are not usable')
  })
})

describe('mountSourcesIn', () => {
  const inOcir = { reference: { registry: 'iad.ocir.io', repository: 'acmens/team/app' } }

  it.each([
    { name: 'completes short names of OCIR', names: ['team/base'], is: ['acmens/team/base'] },
    { name: 'leaves whole names', names: ['acmens/base'], is: ['acmens/base'] },
    { name: 'leaves the image’s own repository out', names: ['team/app', 'b'], is: ['acmens/b'] },
  ])('$name', ({ names, is }) => {
    expect(mountSourcesIn(names, { ...inOcir, region: 'us-ashburn-1' })).toEqual(is)
  })

  it('takes names of other registries as they are', () => {
    const reference = { registry: 'ghcr.io', repository: 'acme/app' }
    const names = ['base', 'acme/app', 'other/base']
    expect(mountSourcesIn(names, { reference, region: undefined })).toEqual(['base', 'other/base'])
  })
})

describe('allowed-token-hosts', () => {
  it('are hosts as addresses have them', () => {
    const read = declaration.inputs['allowed-token-hosts'].kind
    expect(read.parse('Auth.corp:443, auth.corp:8443\n[::1]:5001, 10.0.0.7')).toEqual([
      ...['auth.corp', 'auth.corp:8443', '[::1]:5001', '10.0.0.7'],
    ])
  })
})
