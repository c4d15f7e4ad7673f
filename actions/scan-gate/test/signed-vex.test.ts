import { sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { keySigner, signStatements, sigstoreSigner } from '@oke-pipeline/evidence'
import type { StatementSigner } from '@oke-pipeline/evidence'
import { openLayout } from '@oke-pipeline/image'
import {
  fakeGithubOidc,
  fakeVaultKey,
  recordingLog,
  startFakeSigstore,
} from '@oke-pipeline/testing'
import type { FakeSigstore } from '@oke-pipeline/testing'
import {
  fakeGrype,
  layoutWith,
  newJob,
  npmPackage,
  reportAbout,
  runGate,
  writeSource,
} from './gate-harness.ts'
import type { Job, StepOutcome } from './gate-harness.ts'
import { keepVex } from './keep-vex.ts'

const workflow = 'acme/shop/.github/workflows/vex.yml@refs/heads/main'
const identity = `https://github.com/${workflow}`
const claims = { job_workflow_ref: workflow, repository: 'acme/shop' }
const oidc = fakeGithubOidc({ sub: 'repo:acme/shop', now: () => new Date(), claims })
const release = fakeVaultKey('release')
let sigstore: FakeSigstore

beforeAll(async () => {
  sigstore = await startFakeSigstore({ issuerKey: oidc.publicKey })
})

afterAll(async () => {
  await sigstore[Symbol.asyncDispose]()
})

const rules = ['schema: oke-pipeline/gate-policy/v1', 'vulnerabilities: [{ severity: critical }]']

/** A layout of an image with a critical finding, and a statement of VEX that excuses it. */
async function judged(
  job: Job,
  signer: StatementSigner | undefined,
  inputs: Readonly<Record<string, string>>,
): Promise<StepOutcome> {
  const { path, digest } = await layoutWith(job, npmPackage('minimist', '1.2.0'))
  const layout = await openLayout(path)
  await keepVex(layout, identity)
  const { signal } = new AbortController()
  const ports = { clock: { now: () => new Date() }, log: recordingLog([]), signal }
  if (signer !== undefined) await signStatements(layout, [signer], ports)
  await writeSource(job, 'root.json', sigstore.trustedRoot)
  const pem = release.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  await writeSource(job, 'release.pem', pem)
  const grype = await fakeGrype(job, { report: await reportAbout(digest, 'critical') })
  return runGate(job, { layout: path, grype, policy: 'policy.yml', ...inputs })
}

function workflowSigner(): StatementSigner {
  const url = new URL(sigstore.url)
  const services = { fulcio: url, rekor: url, timestampAuthority: undefined }
  return sigstoreSigner(services, () => {
    const { ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer = '' } = oidc.environment('')
    const headers = { authorization: `Bearer ${bearer}` }
    const target = '/github/token?audience=sigstore'
    const answer = oidc.service({ method: 'GET', target, headers, body: Buffer.alloc(0) })
    return Promise.resolve((answer?.body as { value: string }).value)
  })
}

function heldKeySigner(key = release): StatementSigner {
  const publicKey = key.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const signing = (bytes: Uint8Array): Promise<Buffer> =>
    Promise.resolve(sign('sha256', bytes, key.privateKey))
  return keySigner({ name: key.id, publicKey, sign: signing })
}

describe('a VEX document that is kept with the image', () => {
  const root = { 'trusted-root': 'root.json' }
  const keys = { 'trusted-keys': 'release=release.pem' }
  it.each<{
    name: string
    signer: () => StatementSigner | undefined
    author: string
    inputs: Readonly<Record<string, string>>
    verdict: 'pass' | 'fail'
  }>([
    {
      name: 'signed by a workflow that the policy trusts',
      signer: workflowSigner,
      ...{ author: identity, inputs: root, verdict: 'pass' },
    },
    {
      name: 'signed by a key that the policy trusts',
      signer: heldKeySigner,
      ...{ author: 'release', inputs: keys, verdict: 'pass' },
    },
    {
      name: 'that is not signed, whatever it says of its author',
      signer: () => undefined,
      ...{ author: identity, inputs: { ...root, ...keys }, verdict: 'fail' },
    },
    {
      name: 'signed, where nobody is trusted to certify',
      signer: workflowSigner,
      ...{ author: identity, inputs: {}, verdict: 'fail' },
    },
    {
      name: 'signed by another workflow than the policy trusts',
      signer: workflowSigner,
      ...{ author: `${identity}-other`, inputs: root, verdict: 'fail' },
    },
    {
      name: 'signed by an identity of another issuer',
      signer: workflowSigner,
      ...{ author: identity, verdict: 'fail' },
      inputs: { ...root, 'vex-issuer': 'https://gitlab.com' },
    },
    {
      name: 'signed by another key',
      signer: () => heldKeySigner(fakeVaultKey('other')),
      ...{ author: 'release', inputs: keys, verdict: 'fail' },
    },
  ])('$name: $verdict', async ({ signer, author, inputs, verdict }) => {
    await using job = await newJob()
    const lines = [...rules, `vex: { trusted-authors: ["${author}"], allow-unsigned: false }`]
    await writeSource(job, 'policy.yml', `${lines.join('\n')}\n`)
    const { runner, error } = await judged(job, signer(), inputs)
    expect(error?.message ?? '').not.toContain('not usable')
    expect(runner.outputs).toMatchObject({ verdict })
  })

  it('is not read where a file of trust is not usable, and all of that is said', async () => {
    await using job = await newJob()
    await writeSource(job, 'policy.yml', `${rules.join('\n')}\n`)
    await writeSource(job, 'no.pem', 'no key')
    const inputs = { 'trusted-root': 'no.pem', 'trusted-keys': 'a=no.pem\na=release.pem' }
    const { error } = await judged(job, undefined, inputs)
    expect(error?.message).toContain('"trusted-root": got "no.pem", Trust root "no.pem"')
    expect(error?.message).toContain('"trusted-keys": got "no.pem", Key "a" is not usable')
    expect(error?.message).toContain('"trusted-keys": got "a", is the name of two keys')
  })
})
