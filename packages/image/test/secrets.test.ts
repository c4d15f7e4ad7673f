import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { findSecrets } from '../src/index.ts'
import { findSecretsIn, masked } from '../src/secrets/find-secrets.ts'
import { secretPatterns, secretTriggers } from '../src/secrets/secret-patterns.ts'
import { isSecretVariable } from '../src/secrets/secret-variables.ts'

// Made of pieces and at random, so that no scanner takes what is here for real.
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function word(length: number, alphabet = letters): string {
  // A walk in steps without a common divisor meets every letter once.
  return Array.from({ length }, (_, index) => alphabet[(index * 7 + 3) % alphabet.length]).join('')
}

const pem = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const token = [
  { alg: 'HS256', typ: 'JWT' },
  { sub: 'someone', exp: 1 },
].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
const hex = '0123456789abcdef'
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

const samples: readonly (readonly [id: string, text: string])[] = [
  ['private-key', pem.privateKey],
  ['private-key', pem.privateKey.replace('PRIVATE', 'RSA PRIVATE').replaceAll('\n', '\r\n')],
  ['private-key', JSON.stringify({ key: pem.privateKey })],
  ['oci-api-key', `${pem.privateKey}OCI_API_KEY\n`],
  ['gcp-service-account', JSON.stringify({ type: 'service_account', private_key: pem.privateKey })],
  ['aws-access-key', `key: AKIA${word(16, upper)}`],
  ['aws-secret-key', `aws_secret_access_key = ${word(40)}`],
  ['github-token', `ghp_${word(36)}`],
  ['github-token', `github_pat_${word(22)}_${word(59)}`],
  ['gitlab-token', `glpat-${word(20)}`],
  ['slack-token', `xoxb-123456789012-123456789013-${word(24)}`],
  [
    'slack-webhook',
    `https://hooks.slack.com/services/T${word(9, upper)}/B${word(9, upper)}/${word(24)}`,
  ],
  ['stripe-key', `sk_live_${word(24)}`],
  ['npm-token', `//registry.example/:_authToken=npm_${word(36)}`],
  ['pypi-token', `pypi-AgEIcHlwaS5vcmc${word(60)}`],
  [
    'registry-login',
    `{"auths":{"iad.ocir.io":{"auth":"${Buffer.from('ns/user:some token').toString('base64')}"}}}`,
  ],
  ['azure-storage-key', `AccountKey=${word(86)}==`],
  ['google-oauth-secret', `GOCSPX-${word(28)}`],
  ['digitalocean-token', `dop_v1_${word(64, hex)}`],
  ['sendgrid-key', `SG.${word(22)}.${word(43)}`],
  ['vault-token', `hvs.${word(95)}`],
  ['json-web-token', `${token.join('.')}.${word(43)}`],
]

const harmless = [
  'AKIAIOSFODNN7EXAMPLE',
  'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  'AKIA1111111111111111',
  '-----BEGIN PRIVATE KEY-----',
  'if line == "-----BEGIN RSA PRIVATE KEY-----" { parse() }',
  '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----',
  pem.publicKey,
  'sk_test_4eC39HqLyjWDarjtT1zdp7dc',
  'npm_config_registry=https://registry.example',
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
  '{"auths":{}}',
]

function idsIn(text: string): readonly string[] {
  return findSecrets(text).map(({ pattern }) => pattern.id)
}

describe('findSecrets', () => {
  it.each(samples)('finds a %s', (id, text) => {
    expect(idsIn(`something = "${text}"\n`)).toContain(id)
  })

  it('has a sample of every kind, and a trigger in each', () => {
    const kinds = new Set(samples.map(([id]) => id))
    expect(secretPatterns.map(({ id }) => id).filter((id) => !kinds.has(id))).toEqual([])
    for (const [, text] of samples) expect(text.search(secretTriggers)).toBeGreaterThan(-1)
  })

  it.each(harmless)('takes no notice of %s', (text) => {
    expect(idsIn(text)).toEqual([])
  })

  it('finds a secret wherever a stream is cut', async () => {
    const text = `${'x'.repeat(9000)} ${samples[3]?.[1] ?? ''} ${'y'.repeat(9000)}`
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: text.length }), { maxLength: 6 }), async (cuts) => {
        const found = await findSecretsIn(inPieces(Buffer.from(text), cuts))
        expect(found.map(({ pattern }) => pattern.id)).toContain('oci-api-key')
      }),
      { numRuns: 40 },
    )
  })

  it('finds nothing in noise', async () => {
    const noise = randomBytes(8 * 1024 * 1024)
    expect(await findSecretsIn(inPieces(noise, [1e6, 2e6, 5e6]))).toEqual([])
  })
})

async function* inPieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  await Promise.resolve()
  const ends = [...cuts.toSorted((one, other) => one - other), bytes.length]
  let start = 0
  for (const end of ends) {
    yield bytes.subarray(start, end)
    start = end
  }
}

describe('masked', () => {
  it('shows no more than a quarter, and four characters', () => {
    expect(masked('AKIAQ3EGRJ5WTHZ7KLM2')).toBe('AKIA…')
    expect(masked('ab')).toBe('…')
    expect(masked(pem.privateKey)).toBe('----…')
  })
})

describe('isSecretVariable', () => {
  it.each(['DB_PASSWORD', 'token', 'AWS_SECRET_KEY', 'MY_API_KEY'])(
    'is %s with a value',
    (name) => {
      expect(isSecretVariable(name, 'some value')).toBe(true)
      expect(isSecretVariable(name, '/run/secrets/file')).toBe(false)
      expect(isSecretVariable(name, '')).toBe(false)
    },
  )

  it.each(['PASSWORD_FILE', 'TOKENS', 'KEYBOARD', 'GPG_KEY', 'PATH'])('is not %s', (name) => {
    expect(isSecretVariable(name, 'some value')).toBe(false)
  })
})
