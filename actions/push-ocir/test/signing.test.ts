import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { readInputs } from '@oke-pipeline/core'
import { bundlesInLayout, judgeEvidence, parseTrustedKey } from '@oke-pipeline/evidence'
import { openLayout, parseDigest, parseReference } from '@oke-pipeline/image'
import {
  fakeContainerSignatures,
  fakeOci,
  fakeVault,
  fakeVaultKey,
  recordingRunner,
  serveOci,
  writeLayout,
} from '@oke-pipeline/testing'
import type { FakeSignaturesState } from '@oke-pipeline/testing'
import { declaration } from '../src/declaration.ts'
import { main } from '../src/main.ts'
import { openSigning } from '../src/sign-image.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'push-ocir-'))
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const tenancy = 'ocid1.tenancy.oc1..aaaatenancy'
const user = 'ocid1.user.oc1..aaaadeployer'

describe('push-ocir refuses, before it does anything,', () => {
  it.each([
    [{ sign: 'vault' }, '"signing-key": is required with "sign: vault"'],
    [{ sign: 'none, vault', 'signing-key': fakeVaultKey('a').id }, 'expected "none" alone'],
    [{ 'signing-key': fakeVaultKey('a').id }, 'expected "vault" with "signing-key"'],
    [{ 'signing-key': user, sign: 'vault' }, 'expected the OCID of a key'],
    [
      { sign: 'sigstore', 'fulcio-url': 'http://fulcio.example.com' },
      'it is no address with https',
    ],
    [{ sign: 'sigstore', 'fulcio-url': 'https://fulcio.example.com' }, 'must witness the time'],
    [{ sign: 'sigstore', 'rekor-url': 'https://rekor.example.com' }, 'expected "fulcio-url"'],
    [{ sign: 'cosign' }, '"sign"'],
  ])('%j', async (given, says) => {
    const { path } = await writeLayout({
      folder: join(folder, 'temp/layout'),
      layers: [{ a: 'b' }],
    })
    const inputs = { layout: path, image: '127.0.0.1:9/app', ...given }
    await expect(main(recordingRunner({ folder, inputs }))).rejects.toThrow(says)
  })
})

describe('push-ocir with "sign: sigstore"', () => {
  it('says which permission is missing', async () => {
    const { path } = await writeLayout({
      folder: join(folder, 'temp/layout'),
      layers: [{ a: 'b' }],
    })
    const inputs = { layout: path, image: '127.0.0.1:9/app', sign: 'sigstore' }
    const failed = main(recordingRunner({ folder, inputs, environment: {} }))
    await expect(failed).rejects.toThrow('Missing permission "id-token: write"')
  })
})

describe('push-ocir with "sign: vault"', () => {
  it('signs statements and image with the key, and says so once', async () => {
    const key = fakeVaultKey('release')
    const written = await writeLayout({ folder: join(folder, 'temp/layout'), layers: [{ a: 'b' }] })
    const layout = await openLayout(written.path)
    const state: FakeSignaturesState = {
      region: 'us-ashburn-1',
      images: [
        {
          ...{ id: 'ocid1.containerimage.oc1.iad.0.acme.app', namespace: 'acme' },
          ...{ compartmentId: 'ocid1.compartment.oc1..aaaateam', repositoryName: 'shop/app' },
          digest: layout.digest,
        },
      ],
      ...{ keys: [key], signatures: [] },
    }
    const services = [fakeContainerSignatures(state), fakeVault([key])]
    const oci = fakeOci({ services, grants: { [user]: ['use keys', 'manage repos'] } })
    await using served = await serveOci(oci)
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    oci.identity.addApiKey(tenancy, user, publicKey)
    const runner = recordingRunner({
      folder,
      environment: served.environment,
      inputs: {
        ...{ layout: layout.path, image: 'iad.ocir.io/acme/shop/app', sign: 'vault' },
        ...{ 'signing-key': key.id, 'oci-auth': 'api-key', 'oci-tenancy': tenancy },
        'oci-user': user,
        'oci-private-key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      },
    })
    const inputs = await readInputs(declaration.inputs, runner, () => Promise.resolve([]))
    const signing = await openSigning(inputs, runner)
    expect(await signing.signLayout(layout)).toHaveLength(1)
    expect(await signing.signLayout(layout)).toEqual([])
    const image = { digest: layout.digest, bundles: await bundlesInLayout(layout, layout.digest) }
    const trusted = parseTrustedKey('release', pemOf(key.publicKey))
    const signature = 'https://sigstore.dev/cosign/sign/v1'
    const required = { evidence: signature, 'signed-by': [{ key: 'release' }], content: [] }
    const ports = { trust: { roots: [], keys: [trusted] }, clock: runner.clock }
    const signer = { kind: 'key', name: 'release' }
    expect(await judgeEvidence(image, [required], ports)).toMatchObject([{ evidence: { signer } }])
    const reference = parseReference('iad.ocir.io/acme/shop/app')
    expect(await signing.signInRegistry(reference, layout.digest)).toMatchObject({
      ...{ kmsKeyId: key.id, outcome: 'created' },
    })
    expect(state.signatures).toHaveLength(1)
    const elsewhere = parseReference('registry.example.com/app')
    expect(await signing.signInRegistry(elsewhere, layout.digest)).toBeUndefined()
    expect(runner.logged.join('\n')).toContain('registry.example.com is not OCIR')
    for (const secret of runner.masked) expect(runner.logged.join('\n')).not.toContain(secret)
  })
})

const acme = {
  ...{ realmKey: 'oc99', realmDomainComponent: 'cloud.acme.example' },
  ...{ regionKey: 'acm', regionIdentifier: 'eu-acme-1' },
}

describe('push-ocir signs for OKE’s image verification policy', () => {
  it.each([
    {
      name: 'in every region that the image goes to',
      ...{ realm: 'oc1', place: 'iad', environment: {} },
      hosts: { 'iad.ocir.io': 'us-ashburn-1', 'fra.ocir.io': 'eu-frankfurt-1' },
    },
    {
      name: 'in a region that only OCI_REGION_METADATA describes',
      ...{ realm: 'oc99', place: 'acm' },
      environment: { OCI_REGION_METADATA: JSON.stringify(acme) },
      hosts: { 'ocir.eu-acme-1.oci.cloud.acme.example': 'eu-acme-1' },
    },
  ])('$name', async ({ realm, place, environment, hosts }) => {
    const digest = parseDigest(`sha256:${'a'.repeat(64)}`)
    const made = fakeVaultKey('release')
    const key = {
      ...made,
      id: `ocid1.key.${realm}.${place}.bbvaultaaaa.release`,
      version: `ocid1.keyversion.${realm}.${place}.bbvaultaaaa.releasev1`,
    }
    const regions = Object.values(hosts).map((region): FakeSignaturesState => ({
      region,
      images: [
        {
          ...{ id: `ocid1.containerimage.${realm}.${region}.0.acme.app`, namespace: 'acme' },
          ...{ compartmentId: `ocid1.compartment.${realm}..aaaateam`, repositoryName: 'app' },
          digest,
        },
      ],
      ...{ keys: [key], signatures: [] },
    }))
    const ids = { tenancy: `ocid1.tenancy.${realm}..aaaa`, user: `ocid1.user.${realm}..aaaa` }
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const grants = { [ids.user]: ['use keys', 'manage repos'] }
    const planes = regions.map((state) => {
      const oci = fakeOci({ services: [fakeContainerSignatures(state), fakeVault([key])], grants })
      oci.identity.addApiKey(ids.tenancy, ids.user, publicKey)
      return { state, oci }
    })
    const runner = recordingRunner({
      folder,
      environment,
      inputs: {
        ...{ layout: 'layout', image: 'app', sign: 'vault', 'signing-key': key.id },
        ...{ 'oci-auth': 'api-key', 'oci-tenancy': ids.tenancy, 'oci-user': ids.user },
        'oci-private-key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      },
      ports: {
        http: {
          request({ method, url, headers = {}, body }) {
            const plane = planes.find(({ state }) => url.host.includes(`.${state.region}.`))
            if (plane === undefined) throw new Error(`No region is at ${url.host}`)
            const { status, ...answer } = plane.oci.handle({
              ...{ method, target: `${url.pathname}${url.search}` },
              headers: { ...headers, host: url.host },
              body: Buffer.from(typeof body === 'string' ? body : ''),
            })
            const written = { status, headers: answer.headers ?? {} }
            return Promise.resolve(Response.json(answer.body, written))
          },
        },
      },
    })
    const inputs = await readInputs(declaration.inputs, runner, () => Promise.resolve([]))
    const signing = await openSigning(inputs, runner)
    for (const outcome of ['created', 'existed']) {
      for (const host of Object.keys(hosts)) {
        const signature = await signing.signInRegistry(parseReference(`${host}/acme/app`), digest)
        expect(signature).toMatchObject({ kmsKeyId: key.id, outcome })
      }
    }
    for (const { signatures } of regions) expect(signatures).toHaveLength(1)
  })
})

function pemOf(key: ReturnType<typeof fakeVaultKey>['publicKey']): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}
