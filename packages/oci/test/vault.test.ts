import { randomBytes, verify } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { fakeContainerSignatures, fakeVault, fakeVaultKey } from '@oke-pipeline/testing'
import type { FakeSignaturesState, FakeVaultKey } from '@oke-pipeline/testing'
import { endpointOf } from '../src/region/endpoints.ts'
import { compartment, startOci, user } from './oci-harness.ts'
import type { Harness } from './oci-harness.ts'
import {
  findRegion,
  findVaultKey,
  parseOcid,
  signBytesInVault,
  signInVault,
  signRegistryImage,
  verifyInVault,
} from '@oke-pipeline/oci'

const digest = `sha256:${'a'.repeat(64)}`
const image = {
  id: 'ocid1.containerimage.oc1.iad.0.acme.app',
  compartmentId: compartment,
  namespace: 'acme',
  repositoryName: 'shop/app',
  digest,
}
const allowed = ['use keys', 'manage repos']

interface World extends Harness {
  readonly key: FakeVaultKey
  readonly state: FakeSignaturesState
}

async function start(
  grants: readonly string[] = allowed,
  key: FakeVaultKey = fakeVaultKey('release'),
): Promise<World> {
  const state = { region: 'us-ashburn-1', images: [image], keys: [key], signatures: [] }
  const services = [fakeContainerSignatures(state), fakeVault([key])]
  const harness = await startOci({ services, grants: { [user]: grants } })
  return { ...harness, key, state }
}

function found({ client, key }: World): ReturnType<typeof findVaultKey> {
  return findVaultKey(client, parseOcid(key.id, 'key'))
}

const target = { namespace: 'acme', repository: 'shop/app', digest }

describe('a key in a vault', () => {
  it.each(['RSA', 'ECDSA'] as const)('signs what its public half verifies (%s)', async (kind) => {
    await using world = await start(allowed, fakeVaultKey('release', kind))
    const key = await found(world)
    expect(key).toMatchObject({ algorithm: kind, vault: 'bbvaultaaaa', version: world.key.version })
    const bytes = randomBytes(10_000)
    const signature = await signBytesInVault(world.client, key, bytes)
    expect(verify('sha256', bytes, key.publicKey, signature)).toBe(true)
    expect(verify('sha256', randomBytes(10_000), key.publicKey, signature)).toBe(false)
  })

  it('verifies what it has signed, and nothing else', async () => {
    await using world = await start()
    const key = await found(world)
    const message = {
      message: Buffer.from('hello').toString('base64'),
      ...({ messageType: 'RAW', signingAlgorithm: 'SHA_256_RSA_PKCS_PSS' } as const),
    }
    const signature = await signInVault(world.client, key, message)
    expect(await verifyInVault(world.client, key, { ...message, signature })).toBe(true)
    const other = { ...message, message: Buffer.from('hullo').toString('base64'), signature }
    expect(await verifyInVault(world.client, key, other)).toBe(false)
  })

  it.each<[string, (key: FakeVaultKey) => FakeVaultKey]>([
    ['it is DISABLED', (key) => ({ ...key, lifecycleState: 'DISABLED' })],
    [
      'it is of the algorithm AES',
      (key) => ({ ...key, shape: { algorithm: 'AES' as 'RSA', length: 32 } }),
    ],
    [
      'it is NIST_P384',
      (key) => ({ ...key, shape: { algorithm: 'ECDSA', length: 48, curveId: 'NIST_P384' } }),
    ],
  ])('is refused when %s', async (says, change) => {
    await using world = await start(allowed, change(fakeVaultKey('release')))
    await expect(found(world)).rejects.toThrow(says)
  })

  it('says which policy it takes', async () => {
    await using world = await start(['read keys', 'manage repos'])
    await expect(found(world)).rejects.toThrow('to use keys in compartment')
  })

  it('is asked again after a fault', async () => {
    await using world = await start()
    const key = await found(world)
    world.oci.failNext({ status: 503, only: 'POST /20180608/sign' })
    const signature = await signBytesInVault(world.client, key, Buffer.from('x'))
    expect(verify('sha256', Buffer.from('x'), key.publicKey, signature)).toBe(true)
  })

  it.each([
    ['iad', 'https://{vault}-crypto.kms.us-ashburn-1.oraclecloud.com/20180608'],
    ['cdg', 'https://{vault}-crypto.kms.eu-paris-1.oci.oraclecloud.com/20180608'],
    ['lfi', 'https://{vault}-crypto.kms.us-langley-1.oraclegovcloud.com/20180608'],
  ])('is reached in %s at %s', (region, url) => {
    expect(endpointOf('kms-crypto', findRegion(region))).toBe(url)
  })
})

describe('the signature of an image in OCIR', () => {
  it('is what the OCI CLI would upload, and is made once', async () => {
    await using world = await start()
    const key = await found(world)
    const clients = { registry: world.client, vault: world.client }
    expect(await signRegistryImage(clients, key, target)).toEqual({
      ...{ image: image.id, kmsKeyId: key.id, kmsKeyVersionId: key.version },
      outcome: 'created',
    })
    expect(await signRegistryImage(clients, key, target)).toMatchObject({ outcome: 'existed' })
    expect(world.state.signatures).toHaveLength(1)
    const [uploaded] = world.state.signatures
    const message: unknown = JSON.parse(Buffer.from(uploaded?.message ?? '', 'base64').toString())
    expect(message).toMatchObject({ imageDigest: digest, repositoryName: 'shop/app' })
  })

  it('takes an RSA key', async () => {
    await using world = await start(allowed, fakeVaultKey('release', 'ECDSA'))
    const clients = { registry: world.client, vault: world.client }
    const signed = signRegistryImage(clients, await found(world), target)
    await expect(signed).rejects.toThrow('takes RSA keys only')
  })

  it('says which policy it takes, and that the image may not be there', async () => {
    await using world = await start(['use keys', 'read repos'])
    const clients = { registry: world.client, vault: world.client }
    const key = await found(world)
    await expect(signRegistryImage(clients, key, target)).rejects.toThrow('to manage repos')
    const absent = signRegistryImage(clients, key, { ...target, repository: 'shop/other' })
    await expect(absent).rejects.toThrow('Looking up the image "acme/shop/other@sha256:')
  })
})
