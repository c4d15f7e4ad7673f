import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLayout } from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'
import { fakeGithubOidc, startFakeSigstore, writeLayout } from '@oke-pipeline/testing'
import type { FakeSigstore } from '@oke-pipeline/testing'
import {
  keepStatement,
  predicateTypes,
  sigstoreSigner,
  statementOf,
  testResultPredicate,
} from '../src/index.ts'
import type { SigningKey, StatementSigner, TestOutcome } from '../src/index.ts'

export const workflow = 'acme/shop/.github/workflows/build.yml@refs/heads/main'
export const identity = `https://github.com/${workflow}`

/** GitHub's tokens of a workflow, and an instance of Sigstore that trusts them. */
export interface SigningWorld extends AsyncDisposable {
  readonly sigstore: FakeSigstore
  readonly folder: string
  token(audience?: string): Promise<string>
  /** Signs with the public good instance's services, or with GitHub's. */
  signer(kind?: 'log' | 'timestamp'): StatementSigner
  layout(result?: TestOutcome): Promise<Layout>
}

export async function startSigningWorld(logDelaySeconds = 0): Promise<SigningWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'signing-'))
  const now = (): Date => new Date()
  const github = fakeGithubOidc({
    ...{ sub: 'repo:acme/shop:ref:refs/heads/main', now },
    claims: { job_workflow_ref: workflow, repository: 'acme/shop', ref: 'refs/heads/main' },
  })
  const sigstore = await startFakeSigstore({ issuerKey: github.publicKey, logDelaySeconds })
  const token = (audience = 'sigstore'): Promise<string> => {
    const target = `/github/token?audience=${audience}`
    const { ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer = '' } = github.environment('')
    const headers = { authorization: `Bearer ${bearer}` }
    const answer = github.service({ method: 'GET', target, headers, body: Buffer.alloc(0) })
    return Promise.resolve((answer?.body as { value: string }).value)
  }
  const url = new URL(sigstore.url)
  return {
    sigstore,
    folder,
    token,
    signer: (kind = 'log') =>
      sigstoreSigner(
        {
          fulcio: kind === 'log' ? url : new URL(`${sigstore.url}/github`),
          rekor: kind === 'log' ? url : undefined,
          timestampAuthority: kind === 'timestamp' ? url : undefined,
        },
        () => token(),
      ),
    layout: (result = 'PASSED') =>
      layoutWithResult(join(folder, Math.random().toString(36)), result),
    async [Symbol.asyncDispose]() {
      await sigstore[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

/** A layout of two platforms that keeps a test result of the whole. */
async function layoutWithResult(folder: string, result: TestOutcome): Promise<Layout> {
  const { path } = await writeLayout({
    folder,
    layers: [{ 'bin/app': folder }],
    platforms: ['linux/amd64', 'linux/arm64'],
  })
  const layout = await openLayout(path)
  const isPassed = result === 'PASSED'
  const predicate = testResultPredicate({
    ...{ result, configuration: [], warned: [], url: undefined },
    ...{ passed: isPassed ? ['answers'] : [], failed: isPassed ? [] : ['answers'] },
  })
  const image = { name: 'hello', digest: layout.digest }
  await keepStatement(layout, statementOf(image, predicateTypes.testResult, predicate))
  return layout
}

/** A key as a vault holds it. */
export function heldKey(name: string, type: 'rsa' | 'ec' = 'rsa'): SigningKey {
  const options = { modulusLength: 2048, namedCurve: 'P-256' }
  const { privateKey, publicKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', options) : generateKeyPairSync('ec', options)
  return {
    name,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (bytes) => Promise.resolve(sign('sha256', bytes, privateKey)),
  }
}
