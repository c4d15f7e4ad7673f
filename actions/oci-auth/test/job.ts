import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@oke-pipeline/core'
import type { Clock } from '@oke-pipeline/core'
import { githubIssuer } from '@oke-pipeline/oci'
import {
  fakeArtifacts,
  fakeContainerEngine,
  fakeGithubOidc,
  fakeIdentity,
  fakeOci,
  fakeRegistryAccess,
  fakeRegistryToken,
  fakeScanTargets,
  fakeTokenExchange,
  fakeTenancy,
  fakeUserSession,
  fakeVault,
  fakeVaultKey,
  fakeVulnerabilityScanning,
  recordingRunner,
  serveOci,
} from '@oke-pipeline/testing'
import type { FakeOci, FakeScanTarget, RecordingRunner } from '@oke-pipeline/testing'
import { main } from '../src/main.ts'

export const tenancy = 'ocid1.tenancy.oc1..aaaatenancy'
export const user = 'ocid1.user.oc1..aaaadeployer'
export const cluster = 'ocid1.cluster.oc1.iad.aaaacluster'
export const compartment = 'ocid1.compartment.oc1..aaaateam'
export const subject = 'repo:acme/shop:environment:production'
const repository = {
  id: 'ocid1.containerrepo.oc1.iad.0.acme.1',
  compartmentId: compartment,
  displayName: 'team/app',
  isImmutable: true,
  isPublic: false,
}
export const vaultKey = fakeVaultKey('signing')
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const apiKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

/** A region that Oracle does not publish, as its tools are told of one. */
export const describedRegion = JSON.stringify({
  ...{ realmKey: 'oc1', realmDomainComponent: 'cloud.acme.example' },
  ...{ regionKey: 'acm', regionIdentifier: 'eu-acme-1' },
})

/** A job of a workflow, and OCI as it sees it. */
export interface Job extends AsyncDisposable {
  readonly folder: string
  readonly oci: FakeOci
  readonly environment: Readonly<Record<string, string>>
  /** Inputs for the workflow's own identity. */
  readonly inputs: Readonly<Record<string, string>>
  /** Runs the action with inputs for the workflow's own identity, and others. */
  run(
    inputs?: Readonly<Record<string, string>>,
    environment?: Readonly<Record<string, string>>,
  ): Promise<Step>
}

/** Nothing is waited for, such as the next attempt. */
const unhurried: Clock = { ...systemClock, sleep: () => Promise.resolve() }

/** What came of the action. */
export interface Step {
  readonly runner: RecordingRunner
  readonly error: unknown
}

/** Where the cluster is. */
export interface ApiServer {
  readonly server: string
  /** PEM in base64. */
  readonly certificateAuthority: string
}

const nobody: ApiServer = {
  server: 'https://127.0.0.1:1',
  certificateAuthority: Buffer.from('authority').toString('base64'),
}

/** What else a test decides. */
export interface JobSettings {
  readonly api?: ApiServer
  /** The subject of the workflow's token; the trust is for one environment. */
  readonly sub?: string
  /** The container scan targets of the compartment. */
  readonly scanTargets?: readonly FakeScanTarget[]
}

/** IAM: the user may read repositories and use clusters, unless a test says otherwise. */
export async function startJob(
  grants: readonly string[] = ['read repos', 'use clusters'],
  { api = nobody, sub = subject, scanTargets = [] }: JobSettings = {},
): Promise<Job> {
  const folder = await mkdtemp(join(tmpdir(), 'oci-auth-'))
  const now = (): Date => new Date()
  const identity = fakeIdentity()
  const github = fakeGithubOidc({ sub, now })
  const trust = {
    issuer: githubIssuer,
    issuerKey: github.publicKey,
    audiences: ['https://cloud.oracle.com'],
    clientId: 'app',
    clientSecret: 'client-secret',
    rules: [{ rule: `sub eq ${subject}`, user }],
    tenancy,
    lifetimeSeconds: 3600,
  }
  const oci = fakeOci({
    identity,
    openServices: [
      github.service,
      fakeTokenExchange(trust, identity, now),
      fakeRegistryAccess({ repositories: ['acme/team/app'], rights: { 'registry-token': grants } }),
    ],
    services: [
      fakeRegistryToken(() => 'registry-token'),
      fakeTenancy({ id: tenancy, name: 'acme-tenancy', namespace: 'acme' }),
      fakeArtifacts({ tenancy, namespace: 'acme', repositories: [repository] }),
      fakeVulnerabilityScanning([], now),
      fakeScanTargets({ targets: scanTargets, recipes: [], repositories: {} }),
      fakeVault([vaultKey]),
      fakeContainerEngine([{ id: cluster, ...api }]),
      fakeUserSession({ tenancy, identity, now, lifetimeSeconds: 0 }),
    ],
    grants: { [user]: grants },
  })
  identity.addApiKey(tenancy, user, pair.publicKey)
  const served = await serveOci(oci)
  const environment = {
    ...served.environment,
    ...github.environment(served.url),
    DOCKER_CONFIG: join(folder, 'docker'),
  }
  const inputs = {
    'oci-domain-url': served.url,
    'oci-client-id': 'app',
    'oci-client-secret': 'client-secret',
    'oci-region': 'iad',
  }
  return {
    folder,
    oci,
    environment,
    inputs,
    async run(given = {}, changed = {}) {
      const runner = recordingRunner({
        folder,
        inputs: { ...inputs, ...given },
        environment: { ...environment, ...changed },
        ports: { clock: unhurried },
      })
      try {
        await main(runner)
        return { runner, error: undefined }
      } catch (error) {
        return { runner, error }
      }
    },
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

export const userKey = pair.publicKey

/** The files below a folder; links are none. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
}
