import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readInputs } from '@oke-pipeline/core'
import type { HttpRequest } from '@oke-pipeline/core'
import { parseReference } from '@oke-pipeline/image'
import { identityInputs } from '@oke-pipeline/oci'
import { fakeOci, fakeRegistryToken, recordingRunner, serveOci } from '@oke-pipeline/testing'
import type { RecordingRunner } from '@oke-pipeline/testing'
import { openImageRegistry } from '../src/registry/image-registry.ts'
import { evidenceInputs, evidenceProblems } from '../src/index.ts'

const tenancy = 'ocid1.tenancy.oc1..aaaatenancy'
const user = 'ocid1.user.oc1..aaaadeployer'
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const apiKey = {
  'oci-tenancy': tenancy,
  'oci-user': user,
  'oci-private-key': pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
}
const table = { ...evidenceInputs, ...identityInputs }
const byKey = '- { evidence: signature, signed-by: [{ key: release }] }'
const byWorkflow =
  '- { evidence: signature, signed-by: [{ identity: "https://github.com/a/b@main" }] }'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evidence-'))
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
  const pem = pair.publicKey.export({ type: 'spki', format: 'pem' })
  await writeFile(join(folder, 'workspace/release.pem'), pem)
  await writeFile(
    join(folder, 'workspace/oke.yml'),
    `schema: oke-pipeline/environments/v1
environments:
  - { name: dev, namespace: dev, manifests: [k8s] }
  - name: production
    namespace: production
    manifests: [k8s]
    evidence: [{ evidence: signature, signed-by: [{ key: lost }] }]
trusted-keys: { lost: lost.pem }
`,
  )
})

afterAll(() => rm(folder, { recursive: true }))

/** The error that lists what is wrong with the inputs; empty for nothing. */
async function problemsOf(
  inputs: Readonly<Record<string, string>>,
  environment?: string,
): Promise<string> {
  const runner = recordingRunner({ folder, inputs })
  const destination = { environment, file: 'oke.yml' }
  const read = readInputs(table, runner, (values) =>
    evidenceProblems(values, destination, runner.files),
  )
  return read.then(
    () => '',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}

describe('evidenceProblems', () => {
  it.each([
    { name: 'nothing at all', inputs: {} },
    {
      name: 'a key that is there',
      inputs: { 'require-evidence': byKey, 'trusted-keys': 'release=release.pem' },
    },
    {
      name: 'the public good instance, without fetching it',
      inputs: { 'require-evidence': byWorkflow, 'trusted-root': 'sigstore' },
    },
    { name: 'a login', inputs: { 'registry-username': 'ci', 'registry-password': 'secret' } },
    { name: 'an environment that requires nothing', inputs: {}, environment: 'dev' },
  ])('has nothing against $name', async ({ inputs, environment }) => {
    expect(await problemsOf(inputs, environment)).toBe('')
  })

  it.each([
    {
      name: 'a key that is not among the trusted',
      inputs: { 'require-evidence': byKey, 'trusted-keys': 'other=release.pem' },
      says: '"require-evidence": names the key "release", which "trusted-keys" does not have',
    },
    {
      name: 'an identity without a trust root',
      inputs: { 'require-evidence': byWorkflow },
      says: '"require-evidence": names the identity "https://github.com/a/b@main"',
    },
    {
      name: 'a key that is no key, and a trust root that is not there',
      inputs: {
        'require-evidence': `${byKey}\n${byWorkflow}`,
        'trusted-keys': 'release=oke.yml',
        'trusted-root': 'root.json',
      },
      says: /"trusted-root": got "root.json", File "root.json" does not exist[^]*"trusted-keys": got "oke.yml", Key "release" is not usable/,
    },
    {
      name: 'trust for nothing',
      inputs: { 'trusted-keys': 'release=release.pem' },
      environment: 'dev',
      says: '"trusted-keys": is only used with "require-evidence"',
    },
    {
      name: 'half a login',
      inputs: { 'registry-username': 'ci' },
      says: '"registry-password": is required with "registry-username"; is the secret empty?',
    },
    {
      name: 'a key of the environments file that is not there',
      inputs: {},
      environment: 'production',
      says: '"environments-file": has a "trusted-keys" that cannot be used: File "lost.pem" does not exist',
    },
  ])('reports $name', async ({ inputs, environment, says }) => {
    expect(await problemsOf(inputs, environment)).toMatch(
      typeof says === 'string' ? new RegExp(says.replaceAll(/[.*?()[\]]/g, '\\$&')) : says,
    )
  })
})

/** Registries that ask for a login and have nothing; what they were sent is kept. */
function registries(runner: RecordingRunner): {
  readonly ports: RecordingRunner
  readonly sent: HttpRequest[]
} {
  const sent: HttpRequest[] = []
  const challenge = { 'www-authenticate': 'Basic realm="registry"' }
  return {
    sent,
    ports: {
      ...runner,
      http: {
        request(request) {
          if (!request.url.pathname.startsWith('/v2/')) return runner.http.request(request)
          sent.push(request)
          const isGreeting = request.url.pathname === '/v2/'
          const status = isGreeting ? 401 : 404
          return Promise.resolve(new Response('', { status, headers: isGreeting ? challenge : {} }))
        },
      },
    },
  }
}

async function authorizationFor(
  image: string,
  given: Readonly<Record<string, string>>,
): Promise<{ readonly sent: string | undefined; readonly masked: readonly string[] }> {
  const oci = fakeOci({
    services: [fakeRegistryToken(() => 'token-of-an-hour')],
    grants: { [user]: ['read repos'] },
  })
  oci.identity.addApiKey(tenancy, user, pair.publicKey)
  await using served = await serveOci(oci)
  const runner = recordingRunner({ folder, inputs: given, environment: served.environment })
  const inputs = await readInputs(table, runner)
  const { ports, sent } = registries(runner)
  const repository = await openImageRegistry(parseReference(image), inputs, ports)
  await repository.headManifest(`sha256:${'0'.repeat(64)}`)
  const header = new Headers(sent.at(-1)?.headers).get('authorization') ?? undefined
  const [, basic = ''] = header?.split(' ') ?? []
  return {
    sent: header && Buffer.from(basic, 'base64').toString(),
    masked: runner.masked,
  }
}

describe('openImageRegistry', () => {
  it('logs in to OCIR as the identity, in the region of its host', async () => {
    const { sent, masked } = await authorizationFor('fra.ocir.io/acmens/app', apiKey)
    expect(sent).toBe('BEARER_TOKEN:token-of-an-hour')
    expect(masked).toEqual(
      expect.arrayContaining([
        'token-of-an-hour',
        Buffer.from('BEARER_TOKEN:token-of-an-hour').toString('base64'),
      ]),
    )
  })

  it.each(['fra.ocir.io/acmens/app', 'registry.example.com/app'])(
    'goes to %s as the user that is given',
    async (image) => {
      const login = { 'registry-username': 'acmens/ci', 'registry-password': 'auth-token' }
      const { sent } = await authorizationFor(image, login)
      expect(sent).toBe('acmens/ci:auth-token')
    },
  )

  it('takes the identity of OCI to no other registry', async () => {
    const { sent } = await authorizationFor('registry.example.com/app', apiKey)
    expect(sent).toBeUndefined()
  })

  it('does not go to OCIR without an identity', async () => {
    const asked = authorizationFor('fra.ocir.io/acmens/app', { 'oci-auth': 'api-key' })
    await expect(asked).rejects.toThrow('There is no identity of OCI for this step')
  })
})
