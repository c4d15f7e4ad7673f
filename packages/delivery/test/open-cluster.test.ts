import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { messageOf, readInputs } from '@oke-pipeline/core'
import type { LoginAccess } from '@oke-pipeline/kubernetes'
import { authenticateClusterToken, recordingRunner, startFakeOke } from '@oke-pipeline/testing'
import type { FakeOke, RecordingRunner } from '@oke-pipeline/testing'
// Each test makes RSA keys, which takes seconds on a busy machine.
import '../../../test/setup/patience.ts'
import { clusterAccessInputs } from '../src/cluster-access/access-inputs.ts'
import { openCluster } from '../src/index.ts'

const nowhere = { url: new URL('http://127.0.0.1:1') }

interface Scene extends AsyncDisposable {
  readonly oke: FakeOke
  readonly runner: RecordingRunner
  pass(seconds: number): void
  open(given?: Readonly<Record<string, string>>): Promise<LoginAccess>
  /** The user that the cluster takes a token for now; undefined when it takes it for none. */
  userOf(token: string): string | undefined
}

async function startScene(
  grants?: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Scene> {
  let time = Date.parse('2026-11-26T20:00:00Z')
  const now = (): Date => new Date(time)
  const oke = await startFakeOke({
    apiServer: nowhere,
    now,
    ...(grants === undefined ? {} : { grants }),
  })
  const folder = mkdtempSync(join(tmpdir(), 'open-cluster-'))
  const clock = { now, sleep: () => Promise.resolve() }
  const runner = recordingRunner({
    folder,
    environment: { ...oke.environment, ...environment },
    ports: { clock },
  })
  return {
    oke,
    runner,
    pass: (seconds) => void (time += seconds * 1000),
    async open(given = { cluster: oke.cluster }) {
      const all: Readonly<Record<string, string>> = { ...oke.inputs, ...given }
      const source = { input: (name: string) => all[name], mask: () => undefined }
      const access = await openCluster(await readInputs(clusterAccessInputs, source), runner)
      if ('login' in access) return access
      throw new Error('A kubeconfig was taken')
    },
    userOf: (token) =>
      authenticateClusterToken(token, oke.cluster, { identity: oke.oci.identity, now: now() }),
    async [Symbol.asyncDispose]() {
      await oke[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}

function exchangesOf({ oci }: FakeOke): number {
  return oci.seen.filter(({ target }) => target === '/oauth2/v1/token').length
}

describe('openCluster, given the OCID of a cluster,', () => {
  it('finds its address and authority, in the region of the OCID', async () => {
    await using scene = await startScene()
    const { cluster } = await scene.open()
    const { server, certificateAuthority } = scene.oke.gateway
    expect(cluster).toEqual({ server, caData: certificateAuthority })
    expect(scene.runner.logged.join('\n')).toContain('(github-oidc), in us-ashburn-1')
    expect(scene.runner.logged.join('\n')).toContain(`${server} (public endpoint)`)
  })

  it('goes to the region of the OCID with an identity of another one', async () => {
    await using scene = await startScene()
    const { login } = await scene.open({ cluster: scene.oke.cluster, 'oci-region': 'fra' })
    expect(scene.userOf(await login.token())).toBe(scene.oke.user)
  })

  it('asks for the endpoint that is wanted', async () => {
    await using scene = await startScene()
    await scene.open({ cluster: scene.oke.cluster, 'cluster-endpoint': 'vcn-hostname' })
    const asked = scene.oke.oci.seen.find(({ target }) => target.endsWith('/kubeconfig/content'))
    expect(JSON.parse(asked?.body.toString() ?? '')).toMatchObject({ endpoint: 'VCN_HOSTNAME' })
  })

  it('signs tokens that the cluster takes, masks them, and renews them before they end', async () => {
    await using scene = await startScene()
    const { login } = await scene.open()
    const first = await login.token()
    expect([first, scene.userOf(first)]).toEqual([await login.token(), scene.oke.user])
    scene.pass(239)
    expect([await login.token(), scene.userOf(first)]).toEqual([first, scene.oke.user])
    scene.pass(1)
    const second = await login.token()
    expect(second).not.toBe(first)
    scene.pass(61)
    expect([scene.userOf(first), scene.userOf(second)]).toEqual([undefined, scene.oke.user])
    expect(scene.runner.masked).toEqual(expect.arrayContaining([first, second]))
    expect(exchangesOf(scene.oke)).toBe(1)
  })

  it('gets another session where the cluster refuses the one that was ended early', async () => {
    await using scene = await startScene()
    const { login } = await scene.open()
    const first = await login.token()
    scene.oke.oci.identity.revokeAll()
    expect(scene.userOf(first)).toBeUndefined()
    login.discard(first)
    login.discard(first)
    expect(scene.userOf(await login.token())).toBe(scene.oke.user)
    expect(exchangesOf(scene.oke)).toBe(2)
  })

  it('says who is refused, and what to look at', async () => {
    await using scene = await startScene()
    const { credentials, ifRefused, ifUnreachable } = (await scene.open()).login.words
    expect(credentials).toContain('repo:acme/shop:environment:production')
    expect(credentials).toContain(scene.oke.user)
    expect(ifRefused).toContain('Allow group … to use clusters in compartment …')
    expect(ifUnreachable).toContain('cluster-endpoint: private')
    const inside = { cluster: scene.oke.cluster, 'cluster-endpoint': 'private' }
    const { words } = (await scene.open(inside)).login
    expect(words.ifUnreachable).toContain('only reached from within its network')
  })

  it.each([
    {
      name: 'without the policy',
      grants: ['read clusters'],
      given: {},
      says: 'It takes the policy: Allow group … to use clusters in compartment …',
    },
    {
      name: 'in another realm',
      given: { cluster: 'ocid1.cluster.oc2.us-langley-1.aaaa', 'oci-region': 'iad' },
      says: 'Its OCID is of the realm oc2, this identity of oc1.',
    },
    {
      name: 'in a region that nobody knows',
      given: { cluster: 'ocid1.cluster.oc1.xyz.aaaa', 'oci-region': 'iad' },
      says: 'The region of the cluster, "xyz", is not known',
    },
    {
      name: 'in a region that nobody knows, with no other',
      given: { cluster: 'ocid1.cluster.oc1.xyz.aaaa' },
      says: 'Give "oci-region"',
    },
  ])('is refused $name', async ({ grants, given, says }) => {
    await using scene = await startScene(grants)
    const opened = scene.open({ cluster: scene.oke.cluster, ...given })
    await expect(opened).rejects.toThrow(says)
  })

  it('names the YAML where the workflow may have no token', async () => {
    const none = { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }
    await using scene = await startScene(undefined, none)
    await expect(scene.open()).rejects.toThrow('Missing permission "id-token: write"')
  })
})

describe('openCluster, given a server that trusts GitHub,', () => {
  function directInputs({ gateway, audience }: FakeOke): Readonly<Record<string, string>> {
    return {
      'cluster-server': `${gateway.server}/`,
      'cluster-ca': gateway.certificateAuthority,
      'cluster-audience': audience,
    }
  }

  function audienceOf(token: string): unknown {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    return (JSON.parse(payload) as { readonly aud: unknown }).aud
  }

  it('gives tokens of the workflow for that audience, and needs nothing of OCI', async () => {
    await using scene = await startScene()
    const { cluster, login } = await scene.open(directInputs(scene.oke))
    expect(cluster.server).toBe(scene.oke.gateway.server)
    const pem = Buffer.from(cluster.caData ?? '', 'base64').toString()
    expect(pem).toMatch(/^-----BEGIN CERTIFICATE-----\n[^-]+\n-----END CERTIFICATE-----\n$/)
    const token = await login.token()
    expect(audienceOf(token)).toBe(scene.oke.audience)
    expect(scene.runner.masked).toContain(token)
    expect(scene.oke.oci.seen.every(({ target }) => target.startsWith('/github/'))).toBe(true)
  })

  it('asks for another one a minute before the end', async () => {
    await using scene = await startScene()
    const { login } = await scene.open(directInputs(scene.oke))
    const first = await login.token()
    scene.pass(239)
    expect(await login.token()).toBe(first)
    scene.pass(1)
    expect(await login.token()).not.toBe(first)
  })

  it('goes on with what it has where GitHub gives no other one any more', async () => {
    await using scene = await startScene()
    const { login } = await scene.open(directInputs(scene.oke))
    const first = await login.token()
    scene.oke.oci.failNext({ only: 'GET /github/token', status: 400, times: 9 })
    scene.pass(299)
    expect(await login.token()).toBe(first)
    scene.pass(1)
    expect(await login.token().catch(messageOf)).toContain('GitHub gave no OIDC token')
  })

  it('says which claims the cluster must trust', async () => {
    await using scene = await startScene()
    const { credentials, ifRefused } = (await scene.open(directInputs(scene.oke))).login.words
    expect(credentials).toContain('subject repo:acme/shop:environment:production')
    expect(ifRefused).toContain('"issuerUrl" must be https://token.actions.githubusercontent.com')
    expect(ifRefused).toContain('"clientId" must be oke-gha')
  })
})
