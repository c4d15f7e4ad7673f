import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  assertProved,
  bundlesInRegistry,
  evidenceKinds,
  githubTokenIssuer,
  judgeEvidence,
  keepStatement,
  parseTrustedRoots,
  predicateTypes,
  provenancePredicate,
  statementOf,
  testResultPredicate,
  vulnerabilitiesPredicate,
} from '@oke-pipeline/evidence'
import type { EvidenceRequirement, ProvedRequirement } from '@oke-pipeline/evidence'
import { openLayout, openRepository, parseReference } from '@oke-pipeline/image'
import type { Digest, Layout } from '@oke-pipeline/image'
import {
  fakeGithubOidc,
  fakeOci,
  recordingRunner,
  runBundle,
  serveOci,
  startFakeSigstore,
  writeLayout,
} from '@oke-pipeline/testing'
import type { FakeSigstore, RecordingRunner, ServedOci } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'

const { registry, referrersRegistry } = currentLab()
if (registry === undefined || referrersRegistry === undefined) throw new Error('No registries')

const workflow = 'acme/shop/.github/workflows/build.yml@refs/heads/main'
let folder = ''
let environment: Readonly<Record<string, string>> = {}
let github: ServedOci
let sigstore: FakeSigstore

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'push-ocir-'))
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
  const oidc = fakeGithubOidc({
    ...{ sub: 'repo:acme/shop:ref:refs/heads/main', now: () => new Date() },
    claims: { job_workflow_ref: workflow, repository: 'acme/shop' },
  })
  github = await serveOci(fakeOci({ openServices: [oidc.service] }))
  environment = oidc.environment(github.url)
  sigstore = await startFakeSigstore({ issuerKey: oidc.publicKey })
})

afterAll(async () => {
  await sigstore[Symbol.asyncDispose]()
  await github[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** A layout with what build-image, test-image and scan-gate keep in it. */
async function builtLayout(): Promise<Layout> {
  const path = join(folder, 'temp', randomBytes(4).toString('hex'))
  await writeLayout({ folder: path, layers: [{ 'bin/app': randomBytes(1000) }] })
  const layout = await openLayout(path)
  const image = { name: 'app', digest: layout.digest }
  const at = new Date()
  const provenance = provenancePredicate({
    ...{ external: {}, internal: {}, dependencies: [], tools: {}, workflow },
    ...{ serverUrl: 'https://github.com' },
    ...{ invocation: undefined, startedOn: at, finishedOn: at },
  })
  const tested = testResultPredicate({
    ...{ result: 'PASSED', configuration: [], passed: ['answers'] },
    ...{ failed: [], warned: [], url: undefined },
  })
  const scanned = vulnerabilitiesPredicate({
    scanner: { uri: 'pkg:github/anchore/grype@v0.120.1', version: '0.120.1' },
    ...{ database: { lastUpdate: at }, found: [], startedOn: at, finishedOn: at },
    verdict: { schema: 'oke-pipeline/scan-verdict/v1', verdict: 'pass' },
  })
  await keepStatement(layout, statementOf(image, predicateTypes.provenance, provenance))
  await keepStatement(layout, statementOf(image, predicateTypes.testResult, tested))
  await keepStatement(layout, statementOf(image, predicateTypes.vulnerabilities, scanned))
  return layout
}

async function push(layout: Layout, image: string): Promise<RecordingRunner> {
  const urls = { 'fulcio-url': sigstore.url, 'rekor-url': sigstore.url }
  const inputs = { layout: layout.path, image, sign: 'sigstore', ...urls }
  const runner = recordingRunner({ folder, inputs, environment })
  await main(runner)
  return runner
}

async function proved(image: string, digest: Digest): Promise<readonly ProvedRequirement[]> {
  const { signal, ...ports } = recordingRunner({ folder })
  const opening = { access: 'pull' } as const
  const repository = await openRepository(parseReference(image), opening, { ...ports, signal })
  const bundles = await bundlesInRegistry(repository, digest)
  const roots = await parseTrustedRoots(sigstore.trustedRoot, 'trusted_root.json')
  const { provenance, signature } = evidenceKinds
  const kinds = [provenance, evidenceKinds['test-result'], evidenceKinds['scan-verdict'], signature]
  const identity = 'https://github.com/acme/shop/.github/workflows/*@refs/heads/main'
  const required = kinds.map((evidence): EvidenceRequirement => {
    const signer = { identity, issuer: githubTokenIssuer }
    return { evidence, 'signed-by': [signer], 'max-age': 3600, content: [] }
  })
  const trust = { roots, keys: [] }
  const judged = await judgeEvidence({ digest, bundles }, required, { trust, clock: ports.clock })
  assertProved(digest, judged)
  return judged
}

describe('push-ocir with "sign: sigstore"', () => {
  it.each([
    ['without a referrers API', registry.host],
    ['with a referrers API', referrersRegistry.host],
  ])('signs all that it pushes, and is verified from a registry %s', async (_, host) => {
    const layout = await builtLayout()
    const image = `${host}/signed/app-${randomBytes(4).toString('hex')}`
    const { outputs, summary, masked, logged } = await push(layout, image)
    const referrers = JSON.parse(outputs.referrers ?? '') as { isSigned: boolean }[]
    expect(referrers.map(({ isSigned }) => isSigned)).toEqual([
      ...[false, false, false],
      ...[true, true, true, true],
    ])
    expect(outputs.digest).toBe(layout.digest)
    expect(summary.join('')).toContain('https://sigstore.dev/cosign/sign/v1</code>, signed')
    expect(await proved(image, layout.digest)).toHaveLength(4)
    for (const secret of masked) expect(logged.join('\n')).not.toContain(secret)
    const before = sigstore.seen.length
    const again = await push(layout, image)
    expect(sigstore.seen).toHaveLength(before)
    expect(again.summary.join('')).toContain('Image was in the registry already')
    await expect(proved(image, `sha256:${'0'.repeat(64)}` as Digest)).rejects.toThrow(
      'found nothing',
    )
  })

  it('does the same from the bundle', async () => {
    const layout = await builtLayout()
    const image = `${referrersRegistry.host}/signed/app-${randomBytes(4).toString('hex')}`
    const urls = { 'fulcio-url': sigstore.url, 'rekor-url': sigstore.url }
    const inputs = { layout: layout.path, image, sign: 'sigstore', ...urls }
    const { exitCode, log } = await runBundle({ action: 'push-ocir', folder, inputs, environment })
    expect(log).not.toContain('::error')
    expect(exitCode).toBe(0)
    expect(await proved(image, layout.digest)).toHaveLength(4)
  })

  it('pushes nothing that it could not sign', async () => {
    const layout = await builtLayout()
    const image = `${registry.host}/signed/app-${randomBytes(4).toString('hex')}`
    sigstore.failNext('/api/v1/log/entries', 403)
    await expect(push(layout, image)).rejects.toThrow('could not be signed')
    const { signal, ...ports } = recordingRunner({ folder })
    const opening = { access: 'pull' } as const
    const repository = await openRepository(parseReference(image), opening, { ...ports, signal })
    expect(await repository.headManifest(layout.digest)).toBeUndefined()
  })
})
