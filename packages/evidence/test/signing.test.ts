import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openReferrers } from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'
import { recordingLog } from '@oke-pipeline/testing'
import {
  bundleMediaType,
  bundlesInLayout,
  keepStatement,
  keySigner,
  parseTrustedKey,
  parseTrustedRoots,
  predicateTypes,
  sigstoreInstance,
  signStatements,
  sigstoreSigner,
  statementOf,
  verifyBundles,
} from '../src/index.ts'
import type { SigningPorts, StatementSigner, Trust, TrustedKey } from '../src/index.ts'
import { heldKey, identity, startSigningWorld } from './signing-harness.ts'
import type { SigningWorld } from './signing-harness.ts'

let world: SigningWorld

beforeAll(async () => {
  world = await startSigningWorld()
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
})

const ports: SigningPorts = {
  clock: { now: () => new Date() },
  log: recordingLog([]),
  signal: new AbortController().signal,
}

function signed(layout: Layout, ...signers: readonly StatementSigner[]) {
  return signStatements(layout, signers, ports)
}

async function trustOf(hasLogs = true, keys: readonly TrustedKey[] = []): Promise<Trust> {
  const { trustedRoot, githubRoot } = world.sigstore
  const roots = await parseTrustedRoots(hasLogs ? trustedRoot : githubRoot, 'root.json')
  return { roots, keys }
}

describe('signStatements', () => {
  it('signs the image and what is kept with it, as actions/attest attaches it', async () => {
    const layout = await world.layout()
    const made = await signed(layout, world.signer())
    expect(made.map(({ predicateType }) => predicateType)).toEqual([
      'https://in-toto.io/attestation/test-result/v0.1',
      'https://sigstore.dev/cosign/sign/v1',
    ])
    const referrers = await openReferrers(layout)
    const bundles = referrers.filter((one) => one.descriptor.artifactType === bundleMediaType)
    expect(bundles.map(({ descriptor }) => descriptor.annotations)).toEqual([
      {
        'dev.sigstore.bundle.content': 'dsse-envelope',
        'dev.sigstore.bundle.predicateType': 'https://in-toto.io/attestation/test-result/v0.1',
        'org.opencontainers.image.created': expect.stringMatching(/^20.*Z$/),
      },
      expect.objectContaining({
        'dev.sigstore.bundle.predicateType': 'https://sigstore.dev/cosign/sign/v1',
      }),
    ])
    const blob = bundles[0]?.entries.find((one) => one.descriptor.mediaType === bundleMediaType)
    const file = await readFile(layout.blobPath(blob?.descriptor.digest ?? layout.digest), 'utf8')
    expect(JSON.parse(file)).toMatchObject({
      mediaType: bundleMediaType,
      verificationMaterial: { certificate: {}, tlogEntries: [{ kindVersion: { kind: 'dsse' } }] },
      dsseEnvelope: { payloadType: 'application/vnd.in-toto+json', signatures: [{ keyid: '' }] },
    })
    const found = await verifyBundles(
      { digest: layout.digest, bundles: await bundlesInLayout(layout, layout.digest) },
      await trustOf(),
    )
    expect(found.refused).toEqual([])
    expect(found.verified.map(({ signer }) => signer)).toEqual([
      { kind: 'certificate', identity, issuer: 'https://token.actions.githubusercontent.com' },
      { kind: 'certificate', identity, issuer: 'https://token.actions.githubusercontent.com' },
    ])
    expect(Math.abs(Number(found.verified[0]?.signedAt) - Date.now())).toBeLessThan(60_000)
  })

  it('attaches what is said of a platform to that platform', async () => {
    const layout = await world.layout()
    const [platform] = layout.images
    if (platform === undefined) throw new Error('No platform')
    const { digest } = platform.descriptor
    const sbom = { spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', packages: [] }
    const statement = statementOf({ name: 'app', digest }, predicateTypes.spdx, sbom)
    await keepStatement(layout, statement, platform.descriptor)
    await signed(layout, world.signer())
    const bundles = await bundlesInLayout(layout, digest)
    const { verified } = await verifyBundles({ digest, bundles }, await trustOf())
    expect(verified.map((one) => one.statement.predicateType)).toEqual([predicateTypes.spdx])
    const elsewhere = await verifyBundles({ digest: layout.digest, bundles }, await trustOf())
    expect(elsewhere.refused.map(({ reason }) => reason)).toEqual(['it is about another image'])
  })

  it('signs nothing twice by the same signer, and again by another', async () => {
    const layout = await world.layout()
    const key = heldKey('release', 'ec')
    await signed(layout, world.signer())
    expect(await signed(layout, world.signer())).toEqual([])
    expect(await signed(layout, world.signer(), keySigner(key))).toHaveLength(2)
    expect(await signed(layout, keySigner(key))).toEqual([])
    expect(await signed(layout, keySigner(heldKey('other')))).toHaveLength(2)
  })

  it.each(['rsa', 'ec'] as const)('signs with a key that is held elsewhere (%s)', async (type) => {
    const layout = await world.layout()
    const key = heldKey('release', type)
    const witness = { timestampAuthority: new URL(world.sigstore.url) }
    await signed(layout, keySigner(key, witness))
    const { verified, refused } = await verifyBundles(
      { digest: layout.digest, bundles: await bundlesInLayout(layout, layout.digest) },
      await trustOf(false, [parseTrustedKey('release', key.publicKey)]),
    )
    expect(refused).toEqual([])
    expect(verified.map(({ signer }) => signer)).toContainEqual({ kind: 'key', name: 'release' })
    expect(verified[0]?.signedAt).toBeInstanceOf(Date)
  })

  it('has a timestamp in place of a log where the instance has none', async () => {
    const layout = await world.layout()
    await signed(layout, world.signer('timestamp'))
    const image = {
      digest: layout.digest,
      bundles: await bundlesInLayout(layout, layout.digest),
    }
    expect((await verifyBundles(image, await trustOf(false))).refused).toEqual([])
    const { verified, refused } = await verifyBundles(image, await trustOf(true))
    expect(verified).toEqual([])
    expect(refused[0]?.reason).toContain('its signature does not verify')
  })

  it('tries again where a service fails for a moment', async () => {
    world.sigstore.failNext('/api/v2/signingCert', 503)
    world.sigstore.failNext('/api/v1/log/entries', 500)
    expect(await signed(await world.layout(), world.signer())).toHaveLength(2)
  })

  it('ends when the job is cancelled, and keeps nothing', async () => {
    const layout = await world.layout()
    const before = await openReferrers(layout)
    const cancelled = new AbortController()
    const hanging: StatementSigner = {
      ...{ description: 'nobody', hint: undefined },
      sign() {
        cancelled.abort()
        return new Promise(() => undefined)
      },
    }
    const failed = signStatements(layout, [hanging], { ...ports, signal: cancelled.signal })
    await expect(failed).rejects.toThrow('aborted')
    expect(await openReferrers(layout)).toHaveLength(before.length)
  })

  it('says which service refuses, and keeps nothing', async () => {
    const layout = await world.layout()
    const before = await openReferrers(layout)
    const instance = { fulcio: new URL(world.sigstore.url), rekor: undefined }
    const other = sigstoreSigner({ ...instance, timestampAuthority: undefined }, () =>
      world.token('https://cloud.oracle.com'),
    )
    const failed = signed(layout, other)
    await expect(failed).rejects.toThrow('could not be signed: Sigstore (127.0.0.1')
    await expect(failed).rejects.toThrow('There was an error processing the token')
    expect(await openReferrers(layout)).toHaveLength(before.length)
  })

  it('does not repeat a token that cannot be read', async () => {
    const instance = { fulcio: new URL(world.sigstore.url), rekor: undefined }
    const broken = sigstoreSigner({ ...instance, timestampAuthority: undefined }, () =>
      Promise.resolve('secret-token'),
    )
    const failed = signed(await world.layout(), broken)
    await expect(failed).rejects.toThrow('the identity token cannot be read')
    await expect(failed).rejects.not.toThrow('secret-token')
  })
})

describe('sigstoreInstance', () => {
  it.each([
    { name: 'auto', visibility: 'public', is: ['fulcio.sigstore.dev', 'rekor.sigstore.dev'] },
    { name: 'auto', visibility: 'private', is: ['fulcio.githubapp.com', undefined] },
    { name: 'auto', visibility: undefined, is: ['fulcio.githubapp.com', undefined] },
    {
      name: 'public-good',
      visibility: 'private',
      is: ['fulcio.sigstore.dev', 'rekor.sigstore.dev'],
    },
    { name: 'github', visibility: 'public', is: ['fulcio.githubapp.com', undefined] },
  ] as const)('takes for $name in a repository that is $visibility: $is', ({ is, ...given }) => {
    const { visibility } = given
    const { fulcio, rekor } = sigstoreInstance(given.name, {
      visibility,
      serverUrl: 'https://github.com',
    })
    expect([fulcio.host, rekor?.host]).toEqual(is)
  })

  it('takes the services of the host where GitHub is one’s own', () => {
    const context = { visibility: 'internal', serverUrl: 'https://acme.ghe.com' }
    const { fulcio, timestampAuthority } = sigstoreInstance('auto', context)
    expect(fulcio.href).toBe('https://fulcio.acme.ghe.com/')
    expect(timestampAuthority?.href).toBe('https://timestamp.acme.ghe.com/')
  })
})
