import { randomBytes, sign } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { GateError, systemClock } from '@oke-pipeline/core'
import {
  bundleMediaType,
  bundlesInLayout,
  keepStatement,
  keySigner,
  predicateTypes,
  signStatements,
  statementOf,
  testResultPredicate,
} from '@oke-pipeline/evidence'
import { addReferrer, openLayout } from '@oke-pipeline/image'
import type { Digest, Layout } from '@oke-pipeline/image'
import {
  fakeGithubOidc,
  fakeOci,
  fakeVaultKey,
  recordingRunner,
  serveOci,
  startFakeSigstore,
} from '@oke-pipeline/testing'
import type { FakeSigstore, RecordingRunner, ServedOci } from '@oke-pipeline/testing'
import { main as deployMain } from '../../actions/deploy-oke/src/main.ts'
import { main as promoteMain } from '../../actions/promote/src/main.ts'
import { main as pushMain } from '../../actions/push-ocir/src/main.ts'
import { createDeployer } from '../lab/index.ts'
import { writeImageLayout } from '../lab/tiny-image.ts'
import { currentLab } from '../setup/lab.ts'

const lab = currentLab()
const { registry, referrersRegistry, kubernetes } = lab
if (registry === undefined || referrersRegistry === undefined || kubernetes === undefined) {
  throw new Error('This test needs registries and a cluster.')
}

const namespace = `evidence-${randomBytes(3).toString('hex')}`
const repository = `evidence-${randomBytes(3).toString('hex')}/app`
const workflow = 'acme/shop/.github/workflows/build.yml@refs/heads/main'
const identity = 'https://github.com/acme/shop/.github/workflows/*@refs/heads/main'
const byWorkflow = `signed-by: [{ identity: "${identity}" }]`
const trust = { 'trusted-root': 'root.json', 'trusted-keys': 'release=release.pem' }

let folder = ''
let kubeconfig = ''
let environment: Readonly<Record<string, string>> = {}
let github: ServedOci
let sigstore: FakeSigstore
/** Signed by the workflow and by the key, in both registries. */
let signed: Layout
/** What was signed of another image, and altered bundles, are kept with it. */
let forged: Layout

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evidence-'))
  await mkdir(join(folder, 'temp'), { recursive: true })
  const oidc = fakeGithubOidc({
    ...{ sub: 'repo:acme/shop:ref:refs/heads/main', now: () => new Date() },
    claims: { job_workflow_ref: workflow, repository: 'acme/shop' },
  })
  github = await serveOci(fakeOci({ openServices: [oidc.service] }))
  environment = { ...lab.environment, ...oidc.environment(github.url) }
  sigstore = await startFakeSigstore({ issuerKey: oidc.publicKey })
  const key = fakeVaultKey('release')
  const publicKey = key.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  await write('root.json', sigstore.trustedRoot)
  await write('release.pem', publicKey)
  await write('k8s/app.yml', manifest)
  await write('oke.yml', environmentsFile)
  signed = await builtLayout('1')
  const signing = (bytes: Uint8Array): Promise<Buffer> =>
    Promise.resolve(sign('sha256', bytes, key.privateKey))
  const signer = keySigner({ name: key.id, publicKey, sign: signing })
  await signStatements(signed, [signer], recordingRunner({ folder }))
  await push(signed, registry.host, 'sigstore')
  await push(signed, referrersRegistry.host, 'sigstore')
  forged = await builtLayout('2')
  for (const bundle of await bundlesInLayout(signed, signed.digest)) {
    const bytes = Buffer.from(await bundle.read())
    await keepBundle(forged, bytes)
    await keepBundle(forged, aboutAnother(bytes, forged.digest))
  }
  await push(forged, registry.host, 'none')
  await push(forged, referrersRegistry.host, 'none')
  kubeconfig = await createDeployer(kubernetes, namespace)
}, 120_000)

afterAll(async () => {
  await kubectl('delete', 'namespace', namespace, '--wait=false')
  await sigstore[Symbol.asyncDispose]()
  await github[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  selector: { matchLabels: { app: app } }
  template:
    metadata: { labels: { app: app } }
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{ name: app, image: app }]
`

const environmentsFile = `schema: oke-pipeline/environments/v1
trusted-root: root.json
trusted-keys: { release: release.pem }
environments:
  - { name: dev, namespace: ${namespace}, manifests: [k8s], release: app }
  - name: production
    namespace: ${namespace}
    manifests: [k8s]
    release: app
    evidence:
      - { evidence: test-result, ${byWorkflow}, max-age: 1h }
      - { evidence: signature, signed-by: [{ key: release }] }
`

async function write(path: string, text: string): Promise<void> {
  const file = join(folder, 'workspace', path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** An image that sleeps, with a test result that is kept with it; versions differ. */
async function builtLayout(version: string): Promise<Layout> {
  const path = join(folder, 'temp', `layout-${version}`)
  await writeImageLayout(path, {
    name: `app:${version}`,
    files: { 'bin/busybox': '/bin/busybox' },
    command: ['/bin/busybox', 'sleep', `${version}0000`],
  })
  const layout = await openLayout(path)
  const predicate = testResultPredicate({
    ...{ result: 'PASSED', configuration: [], passed: ['answers'] },
    ...{ failed: [], warned: [], url: undefined },
  })
  const image = { name: 'app', digest: layout.digest }
  await keepStatement(layout, statementOf(image, predicateTypes.testResult, predicate))
  return layout
}

async function keepBundle(layout: Layout, bytes: Uint8Array): Promise<void> {
  await addReferrer(layout.path, {
    artifactType: bundleMediaType,
    subject: layout.root,
    content: { mediaType: bundleMediaType, bytes },
    annotations: {},
  })
}

/** The bundle as somebody would alter it who has only the right to push: the digest in it is another. */
function aboutAnother(bytes: Buffer, digest: Digest): Buffer {
  const bundle = JSON.parse(bytes.toString()) as { dsseEnvelope: { payload: string } }
  const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString()
  const altered = payload.replaceAll(signed.digest.slice(7), digest.slice(7))
  bundle.dsseEnvelope.payload = Buffer.from(altered).toString('base64')
  return Buffer.from(JSON.stringify(bundle))
}

async function push(layout: Layout, host: string, way: 'sigstore' | 'none'): Promise<void> {
  const urls = way === 'none' ? {} : { 'fulcio-url': sigstore.url, 'rekor-url': sigstore.url }
  const inputs = { layout: layout.path, image: `${host}/${repository}`, sign: way, ...urls }
  const runner = recordingRunner({ folder, inputs, environment })
  await pushMain(runner)
  expect(runner.outputs.digest).toBe(layout.digest)
}

function nameOf(layout: Layout, host = registry?.host): string {
  return `${host ?? ''}/${repository}@${layout.digest}`
}

interface Ended {
  readonly runner: RecordingRunner
  readonly error: unknown
  readonly says: string
}

async function ended(
  main: (runner: RecordingRunner) => Promise<void>,
  inputs: Readonly<Record<string, string>>,
  passedSeconds = 0,
): Promise<Ended> {
  const now = (): Date => new Date(Date.now() + passedSeconds * 1000)
  const ports = { clock: { ...systemClock, now } }
  const given = { kubeconfig, 'environments-file': 'oke.yml', ...inputs }
  const runner = recordingRunner({ folder, inputs: given, environment, ports })
  const error = await main(runner).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { runner, error, says: error instanceof Error ? error.message : String(error) }
}

function deploy(inputs: Readonly<Record<string, string>>, passedSeconds = 0): Promise<Ended> {
  return ended(deployMain, { timeout: '60s', ...inputs }, passedSeconds)
}

async function kubectl(...args: readonly string[]): Promise<string> {
  const { exec } = recordingRunner({ folder, environment: lab.environment })
  const where = ['--kubeconfig', kubernetes?.kubeconfig ?? '', '--namespace', namespace]
  const { stdout, stderr, exitCode } = await exec.run({
    file: 'kubectl',
    args: [...where, ...args],
  })
  if (exitCode !== 0) throw new Error(stderr)
  return stdout
}

const direct = { manifests: 'k8s', namespace, release: 'app', ...trust }
const tested = `- { evidence: test-result, ${byWorkflow}, max-age: 2h }`
const bySomeone =
  'signed-by: [{ identity: "https://github.com/evil/shop/.github/*@refs/heads/main" }]'

// The namespace is empty until the last of them.
describe('evidence that push-ocir has signed, required by deploy-oke', () => {
  it.each([
    ['without a referrers API', registry.host],
    ['with a referrers API', referrersRegistry.host],
  ])('is shown in a plan, from a registry %s', async (_, host) => {
    const requirements = `${tested}\n- { evidence: signature, signed-by: [{ key: release }] }`
    const inputs = { ...direct, mode: 'plan', 'require-evidence': requirements }
    const { runner, error } = await deploy({ ...inputs, image: nameOf(signed, host) })
    expect(error).toBeUndefined()
    const summary = runner.summary.join('')
    expect(summary).toMatch(
      /\| test-result \| the input .* \| https:\/\/github.com\/acme\/shop\/.*\| 20/,
    )
    expect(summary).toContain('| key release | at a time that nobody vouches for |')
  })

  it.each([
    ['without a referrers API', registry.host],
    ['with a referrers API', referrersRegistry.host],
  ])('shows what is lacking in a plan that fails, from a registry %s', async (_, host) => {
    const inputs = { ...direct, mode: 'plan', 'require-evidence': tested }
    const { runner, error, says } = await deploy({ ...inputs, image: nameOf(forged, host) })
    expect(error).toBeInstanceOf(GateError)
    expect(says).toContain('it is about another image')
    expect(says).toContain('does not verify')
    expect(runner.summary.join('')).toContain('<b>not met</b>: expected it signed by')
    expect(runner.outputs['plan-hash']).toMatch(/^sha256:/)
  })

  it.each([
    {
      name: 'another signer',
      requirement: `- { evidence: test-result, ${bySomeone} }`,
      says: /expected it signed by https:\/\/github.com\/evil\/.*found .* is signed by https:\/\/github.com\/acme/,
    },
    {
      name: 'another key',
      requirement: '- { evidence: spdx, signed-by: [{ key: release }] }',
      says: /spdx \(required by the input "require-evidence"\): expected it signed by key release, found nothing/,
    },
    {
      name: 'what is too old',
      requirement: tested,
      passed: 3 * 3600,
      says: /3.0 h ago, expected at most 2 h/,
    },
    {
      name: 'what says something else',
      requirement: `- { evidence: test-result, ${byWorkflow}, content: [{ field: url }] }`,
      says: /it has no "url"/,
    },
    {
      name: 'an image that is not there',
      requirement: tested,
      image: `${registry.host}/${repository}@sha256:${'0'.repeat(64)}`,
      says: /is not in its registry/,
    },
    {
      name: 'the same of an image whose bundles somebody has altered',
      requirement: tested,
      layout: 'forged',
      says: /does not count: its signature does not verify/,
    },
  ])('lets nothing be changed for $name', async ({ requirement, says, passed, image, layout }) => {
    const named = image ?? nameOf(layout === 'forged' ? forged : signed)
    const inputs = { ...direct, image: named, 'require-evidence': requirement }
    const { error, says: message, runner } = await deploy(inputs, passed)
    expect(error).toBeInstanceOf(GateError)
    expect(message).toMatch(says)
    expect(runner.outputs).toEqual({})
  })

  it('is the law of the environments file, whatever the inputs say', async () => {
    const weaker = `- { evidence: test-result, ${byWorkflow} }`
    const inputs = { environment: 'production', image: nameOf(forged) }
    const refusals = [
      await deploy(inputs),
      await deploy({ ...inputs, 'require-evidence': weaker, ...trust }),
      await deploy({ ...inputs, mode: 'plan' }),
    ]
    for (const { error, says } of refusals) {
      expect(error).toBeInstanceOf(GateError)
      expect(says).toContain('signature (required by "production" in "oke.yml")')
    }
    expect(await kubectl('get', 'deployments,pods,leases', '--output', 'name')).toBe('')
  })

  it('stops an image in promote, and lets it go on with its evidence', async () => {
    const dev = await deploy({ environment: 'dev', image: nameOf(forged) })
    expect(dev.error).toBeUndefined()
    const promotion = { from: 'dev', to: 'production' }
    const refused = await ended(promoteMain, promotion)
    expect(refused.error).toBeInstanceOf(GateError)
    expect(refused.says).toContain('test-result (required by "production" in "oke.yml")')
    expect(refused.runner.outputs).toEqual({})
    const deployed = await deploy({ environment: 'production', image: nameOf(signed) })
    expect(deployed.error).toBeUndefined()
    expect(deployed.runner.outputs).toMatchObject({ status: 'deployed', digest: signed.digest })
    expect(deployed.runner.summary.join('')).toContain(
      '| signature | "production" in "oke.yml" | key release |',
    )
    const promoted = await ended(promoteMain, promotion)
    expect(promoted.error).toBeUndefined()
    expect(promoted.runner.outputs).toMatchObject({ digest: signed.digest, to: 'production' })
    expect(promoted.runner.summary.join('')).toContain('| signature | ')
  })
})
