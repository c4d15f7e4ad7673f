import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import { digestOf } from '@oke-pipeline/image'
import type { Digest } from '@oke-pipeline/image'
import * as v from 'valibot'
import {
  assertProved,
  fitsIdentity,
  imageSignatureType,
  judgeEvidence,
  keySigner,
  parseTrustedKey,
  parseTrustedRoots,
  predicateTypes,
  publicGoodRoot,
  requirementSchema,
  requirementsKind,
  statementOf,
  trustLacking,
} from '../src/index.ts'
import type { ProvedRequirement, SigningKey, StatementSigner, Trust } from '../src/index.ts'
import { heldKey, identity, startSigningWorld } from './signing-harness.ts'
import type { SigningWorld } from './signing-harness.ts'

let world: SigningWorld
let key: SigningKey
let trust: Trust
const digest = digestOf('an image')

beforeAll(async () => {
  world = await startSigningWorld()
  key = heldKey('release')
  trust = {
    roots: await parseTrustedRoots(world.sigstore.trustedRoot, 'root.json'),
    keys: [parseTrustedKey('release', key.publicKey)],
  }
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
})

const workflowIdentity = 'https://github.com/acme/shop/.github/workflows/*@refs/heads/main'

function requirement(given: object): v.InferOutput<typeof requirementSchema> {
  const standard = { evidence: 'test-result', 'signed-by': [{ identity: workflowIdentity }] }
  return v.parse(requirementSchema, { ...standard, ...given })
}

function statement(type: string, predicate: object, about: Digest = digest): Buffer {
  const said = statementOf({ name: 'app', digest: about }, predicateTypes.testResult, predicate)
  return Buffer.from(JSON.stringify({ ...said, predicateType: type }))
}

function result(outcome: string, about: Digest = digest): Buffer {
  return statement(predicateTypes.testResult, { result: outcome, configuration: [] }, about)
}

async function bundleOf(bytes: Buffer, signer: StatementSigner = world.signer()): Promise<string> {
  return signer.sign(bytes)
}

async function verify(
  bundles: readonly string[],
  given: object = {},
  passedSeconds = 0,
  trusted: Trust = trust,
): Promise<readonly ProvedRequirement[]> {
  const attached = bundles.map((text) => ({
    referrer: digestOf(text),
    read: () => Promise.resolve(Buffer.from(text)),
  }))
  const clock = { now: () => new Date(Date.now() + passedSeconds * 1000) }
  const image = { digest, bundles: attached }
  const judged = await judgeEvidence(image, [requirement(given)], { trust: trusted, clock })
  assertProved(digest, judged)
  return judged
}

interface SomeBundle {
  mediaType: string
  verificationMaterial: Record<string, unknown>
  dsseEnvelope: { payload: string; signatures: { sig: string }[] }
}

function altered(text: string, change: (bundle: SomeBundle) => void): string {
  const bundle = JSON.parse(text) as SomeBundle
  change(bundle)
  return JSON.stringify(bundle)
}

describe('evidence counts:', () => {
  it('what the workflow has signed, about this image, and passed', async () => {
    const [proved] = await verify([await bundleOf(result('PASSED'))], { 'max-age': '1h' })
    expect(proved?.evidence.signer).toMatchObject({ identity })
    expect(proved?.evidence.statement.predicate).toMatchObject({ result: 'PASSED' })
  })

  it('what a trusted key has signed, also without a time', async () => {
    const bundle = await bundleOf(result('PASSED'), keySigner(key))
    const [proved] = await verify([bundle], { 'signed-by': [{ key: 'release' }] })
    expect(proved?.evidence.signer).toEqual({ kind: 'key', name: 'release' })
    expect(proved?.evidence.signedAt).toBeUndefined()
  })

  it('the newest of what the signers say', async () => {
    const old = await bundleOf(result('FAILED'))
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const [proved] = await verify([await bundleOf(result('PASSED')), old])
    expect(proved?.evidence.statement.predicate).toMatchObject({ result: 'PASSED' })
    await expect(verify([await bundleOf(result('FAILED')), old])).rejects.toThrow('"FAILED"')
  })

  it('certificates that have ended since, as the log saw them in time', async () => {
    await expect(verify([await bundleOf(result('PASSED'))], {}, 30 * 86_400)).resolves.toHaveLength(
      1,
    )
  })
})

describe('evidence does not count:', () => {
  const cases: readonly {
    readonly name: string
    readonly bundle: () => Promise<string>
    readonly given?: object
    readonly passedSeconds?: number
    readonly says: string
  }[] = [
    {
      name: 'a changed payload',
      bundle: async () =>
        altered(await bundleOf(result('FAILED')), ({ dsseEnvelope }) => {
          dsseEnvelope.payload = result('PASSED').toString('base64')
        }),
      says: 'does not verify',
    },
    {
      name: 'a signature of another statement',
      bundle: async () => {
        const other = JSON.parse(await bundleOf(result('FAILED'))) as SomeBundle
        return altered(await bundleOf(result('PASSED')), ({ dsseEnvelope }) => {
          dsseEnvelope.signatures = other.dsseEnvelope.signatures
        })
      },
      says: 'does not verify',
    },
    {
      name: 'a bundle without its entry in the log',
      bundle: async () =>
        altered(await bundleOf(result('PASSED')), ({ verificationMaterial }) => {
          verificationMaterial.tlogEntries = []
        }),
      says: 'expected 1 timestamps, got 0',
    },
    {
      name: 'an entry of another time',
      bundle: async () =>
        altered(await bundleOf(result('PASSED')), ({ verificationMaterial }) => {
          const [entry] = verificationMaterial.tlogEntries as Record<string, unknown>[]
          Object.assign(entry ?? {}, { integratedTime: String(Math.floor(Date.now() / 1000) - 60) })
        }),
      says: 'does not verify',
    },
    {
      name: 'a statement about another image',
      bundle: () => bundleOf(result('PASSED', digestOf('another image'))),
      says: 'it is about another image',
    },
    {
      name: 'another workflow',
      bundle: () => bundleOf(result('PASSED')),
      given: { 'signed-by': [{ identity: 'https://github.com/acme/other/*@refs/heads/main' }] },
      says: `is signed by ${identity} (https://token.actions.githubusercontent.com)`,
    },
    {
      name: 'another issuer',
      bundle: () => bundleOf(result('PASSED')),
      given: { 'signed-by': [{ identity: workflowIdentity, issuer: 'https://gitlab.com' }] },
      says: 'expected it signed by https://github.com/acme/shop/.github/workflows/*@refs/heads/main (https://gitlab.com)',
    },
    {
      name: 'another kind of claim',
      bundle: () => bundleOf(statement(imageSignatureType, {})),
      says: 'test-result: expected it signed by',
    },
    {
      name: 'what is too old by the time of the log',
      bundle: () => bundleOf(result('PASSED')),
      given: { 'max-age': '30d' },
      passedSeconds: 31 * 86_400,
      says: 'expected at most 720 h',
    },
    {
      name: 'a key without a time where there is an age',
      bundle: () => bundleOf(result('PASSED'), keySigner(key)),
      given: { 'signed-by': [{ key: 'release' }], 'max-age': '30d' },
      says: 'nobody vouches for when it was signed',
    },
    {
      name: 'another key',
      bundle: () => bundleOf(result('PASSED'), keySigner(heldKey('other'))),
      given: { 'signed-by': [{ key: 'release' }] },
      says: 'which is none of the trusted',
    },
    {
      name: 'another key under the name of a trusted one',
      bundle: () =>
        bundleOf(result('PASSED'), keySigner({ ...heldKey('other'), publicKey: key.publicKey })),
      given: { 'signed-by': [{ key: 'release' }] },
      says: 'signature verification failed',
    },
    {
      name: 'the trusted key where a workflow is asked for',
      bundle: () => bundleOf(result('PASSED'), keySigner(key)),
      says: 'is signed by key release',
    },
    {
      name: 'a test that failed',
      bundle: () => bundleOf(result('FAILED')),
      says: 'its "result" is "FAILED", expected one of "PASSED", "WARNED"',
    },
    {
      name: 'a field that is not as it should be',
      bundle: () => bundleOf(result('PASSED')),
      given: { content: [{ field: 'configuration.0.uri', equals: 'tests.yml' }] },
      says: 'it has no "configuration.0.uri"',
    },
    {
      name: 'what is no bundle',
      bundle: () => Promise.resolve('{"mediaType": "text/plain"}'),
      says: 'it is no Sigstore bundle of a statement',
    },
    {
      name: 'what is no JSON, and would be a command of the runner',
      bundle: () => Promise.resolve('::set-output name=x::y'),
      says: 'it is no Sigstore bundle of a statement',
    },
  ]

  it.each(cases)('$name', async ({ bundle, given, passedSeconds, says }) => {
    await expect(verify([await bundle()], given, passedSeconds)).rejects.toThrow(says)
  })

  it('an image without any evidence', async () => {
    await expect(verify([])).rejects.toThrow('found nothing')
  })

  it('what another instance has certified', async () => {
    await using other = await startSigningWorld()
    const bundle = await bundleOf(result('PASSED'), other.signer())
    await expect(verify([bundle])).rejects.toThrow('does not verify')
    const noRoot = { roots: [], keys: trust.keys }
    await expect(verify([bundle], {}, 0, noRoot)).rejects.toThrow('no trust root is given')
  })

  it('a certificate that had ended when the log saw the signature', async () => {
    await using late = await startSigningWorld(3600)
    const roots = await parseTrustedRoots(late.sigstore.trustedRoot, 'root.json')
    const bundle = await bundleOf(result('PASSED'), late.signer())
    await expect(verify([bundle], {}, 0, { roots, keys: [] })).rejects.toThrow('does not verify')
  })

  it('a later verdict that takes an earlier one back', async () => {
    const passed = await bundleOf(verdict('pass'))
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const failed = await bundleOf(verdict('fail'))
    const given = { evidence: 'scan-verdict' }
    await expect(verify([passed], given)).resolves.toHaveLength(1)
    await expect(verify([passed, failed], given)).rejects.toThrow(
      'its "okePipeline_verdict.verdict" is "fail", expected "pass"',
    )
  })

  it('all that is lacking is said at once, and who requires it', async () => {
    const wanted = [requirement({}), requirement({ evidence: 'https://example.com/review/v1' })]
    const clock = { now: () => new Date() }
    const judged = await judgeEvidence({ digest, bundles: [] }, wanted, { trust, clock })
    const demanded = judged.map((one) => ({ ...one, requiredBy: 'the law' }))
    const failed = (): void => assertProved(digest, demanded)
    expect(failed).toThrow(GateError)
    expect(failed).toThrow('\n- test-result (required by the law): expected it signed by')
    expect(failed).toThrow('\n- https://example.com/review/v1 (required by the law): expected')
  })
})

function verdict(word: string): Buffer {
  const time = '2026-11-25T10:00:00Z'
  return statement(predicateTypes.vulnerabilities, {
    scanner: { uri: 'pkg:github/anchore/grype@v0.1.0', db: { lastUpdate: time }, result: [] },
    metadata: { scanStartedOn: time, scanFinishedOn: time },
    okePipeline_verdict: { verdict: word },
  })
}

describe('an identity', () => {
  it.each([
    ['https://github.com/a/b/.github/workflows/c.yml@refs/heads/main', workflowOf('*'), true],
    ['https://github.com/a/b/.github/workflows/c.yml@refs/heads/x', workflowOf('*'), false],
    // A branch that is called "x@refs/heads/main".
    [
      'https://github.com/a/b/.github/workflows/c.yml@refs/heads/x@refs/heads/main',
      workflowOf('*'),
      false,
    ],
    ['https://github.com/a/b/.github/workflows/c.yml@refs/heads/main', '*', false],
    ['https://github.com/a/b/.github/workflows/c.yml@refs/heads/main', 'github.com', false],
    ['https://githubXcom/a/b/.github/workflows/c.yml@refs/heads/main', workflowOf('c.yml'), false],
  ])('%s against %s: %s', (found, pattern, fits) => {
    expect(fitsIdentity(found, pattern)).toBe(fits)
  })
})

function workflowOf(file: string): string {
  return `https://github.com/a/b/.github/workflows/${file}@refs/heads/main`
}

describe('trust', () => {
  it.each(['', '{}', '{"certificateAuthorities": 1}', 'no JSON'])(
    'refuses "%s" as a trust root, with its place',
    async (text) => {
      await expect(parseTrustedRoots(text, 'trust/root.json')).rejects.toThrow(
        'Trust root "trust/root.json" is not usable',
      )
    },
  )

  it('reads several roots, one a line', async () => {
    const { trustedRoot, githubRoot } = world.sigstore
    const roots = await parseTrustedRoots(`${trustedRoot}\n${githubRoot}\n`, 'roots.jsonl')
    expect(roots).toHaveLength(2)
  })

  it('is not had where the public good instance cannot be reached', async () => {
    // The guard of the tests keeps every request on this machine.
    const root = publicGoodRoot(join(world.folder, 'tuf'), { attempts: 1 })
    await expect(root).rejects.toThrow('The trust root of Sigstore could not be fetched')
  })

  it('refuses a private key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    expect(() => parseTrustedKey('release', text)).toThrow('it is a private key')
  })

  it.each([
    { evidence: 'tests', 'signed-by': [{ key: 'k' }] },
    { evidence: 'signature', 'signed-by': [] },
    { evidence: 'signature', 'signed-by': [{ key: 'k' }], 'max-age': '0d' },
    { evidence: 'signature', 'signed-by': [{ key: 'k' }], maxage: '1d' },
    { evidence: 'signature', 'signed-by': [{ key: 'k' }], content: [{ field: 'a..b' }] },
  ])('refuses the requirement %j', (given) => {
    expect(v.safeParse(requirementSchema, given).success).toBe(false)
  })
})

describe('requirementsKind', () => {
  it('reads a list in YAML', () => {
    const text = `- evidence: scan-verdict
  signed-by: [{ identity: "${workflowIdentity}" }, { key: release }]
  max-age: 2d
  content: [{ field: scanner.result, at-most: 3 }]
`
    const issuer = 'https://token.actions.githubusercontent.com'
    expect(requirementsKind().parse(text)).toEqual([
      {
        evidence: predicateTypes.vulnerabilities,
        'signed-by': [{ identity: workflowIdentity, issuer }, { key: 'release' }],
        'max-age': 172_800,
        content: [{ field: 'scanner.result', 'at-most': 3 }],
      },
    ])
  })

  it.each([
    ['evidence: signature', 'expected a list of requirements'],
    ['[]', 'expected at least one requirement'],
    ['- { evidence: tests, signed-by: [{ key: k }] }', 'expected one of signature, provenance'],
    [
      '- { evidence: signature, signed-by: [{ key: k }], max-age: 3w }\n- { evidence: signature }',
      'line 1:51: "[0].max-age": expected hours or days, such as 12h or 30d, got "3w"; line 2:3: "[1].signed-by" is missing',
    ],
    ['- { evidence: signature, signed-by: [{ name: k }] }', '"[0].signed-by[0]'],
    ['- [', 'line 1'],
  ])('refuses %j', (text, says) => {
    expect(() => requirementsKind().parse(text)).toThrow(says)
  })
})

describe('trustLacking', () => {
  const signers = [{ identity: workflowIdentity }, { key: 'release' }]

  it('says whose signatures could never be verified', () => {
    expect(trustLacking([requirement({ 'signed-by': signers })], {})).toEqual([
      `names the identity "${workflowIdentity}", and there is no "trusted-root" to verify its certificate with`,
      'names the key "release", which "trusted-keys" does not have',
    ])
  })

  it('says nothing where all can be', () => {
    const inputs = { 'trusted-root': 'sigstore', 'trusted-keys': [{ name: 'release', value: 'x' }] }
    expect(trustLacking([requirement({ 'signed-by': signers })], inputs)).toEqual([])
  })
})
