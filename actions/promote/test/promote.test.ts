import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { ObservedRelease } from '@oke-pipeline/kubernetes'
import { recordingRunner } from '@oke-pipeline/testing'
import { readPromoteInputs } from '../src/read-promote-inputs.ts'
import { renderSummary } from '../src/render-summary.ts'
import { run } from '../src/run.ts'
import type { PromotePorts, PromotionResult } from '../src/run.ts'

const digest = `sha256:${'a'.repeat(64)}`
const other = `sha256:${'b'.repeat(64)}`
const repository = '127.0.0.1:5000/acme/hello'

const environmentsFile = `schema: oke-pipeline/environments/v1
environments:
  - { name: dev, namespace: hello-dev, manifests: [deploy/dev], release: web }
  - { name: staging, namespace: hello-staging, manifests: [deploy/staging], context: two }
  - name: production
    namespace: hello-production
    manifests: [deploy/production]
    cluster: ocid1.cluster.oc1.iad.aaaa
  - { name: abroad, namespace: hello-abroad, manifests: [deploy/production] }
`

const kubeconfig = `clusters:
  - { name: c, cluster: { server: 'https://127.0.0.1:1' } }
users:
  - { name: u, user: { token: very-secret } }
contexts:
  - { name: one, context: { cluster: c, user: u } }
  - { name: two, context: { cluster: c, user: u } }
current-context: one
`

const verified: ObservedRelease = {
  release: 'web',
  revision: 7,
  digest,
  image: `${repository}@${digest}`,
  platformDigests: [`sha256:${'c'.repeat(64)}`],
  isReady: true,
  workloads: [
    {
      reference: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'hello<b>' },
      phase: 'ready',
      message: 'is up to date',
      wantedPods: 2,
      readyPods: 2,
      digests: [digest],
      pods: [],
      uids: [],
      troubles: [],
    },
  ],
  problems: [],
  source: {},
  deployedAt: undefined,
}

interface Asked {
  /** The context or the cluster that the inputs come to. */
  readonly way: string
  readonly namespace: string
  readonly release: string
}

let folder = ''
let asked: Asked[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'promote-'))
  asked = []
  await mkdir(join(folder, 'workspace/.github'), { recursive: true })
  await mkdir(join(folder, 'temp'))
  await writeFile(join(folder, 'workspace/.github/oke-pipeline.yml'), environmentsFile)
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function promote(
  given: Readonly<Record<string, string>>,
  observed = verified,
): Promise<PromotionResult> {
  const defaults = { 'environments-file': '.github/oke-pipeline.yml', kubeconfig }
  const runner = recordingRunner({ folder, inputs: { ...defaults, ...given } })
  const values = await readPromoteInputs(runner)
  const { context, cluster } = values
  const observe: PromotePorts['observe'] = ({ namespace, release }) => {
    asked.push({ way: context ?? cluster ?? 'current', namespace, release })
    return Promise.resolve(observed)
  }
  return run(values, { ...runner, observe })
}

describe('promote', () => {
  it('hands on the image that the environment runs, and where it goes', async () => {
    const { from, to, image } = await promote({ from: 'dev', to: 'staging' })
    expect(image).toBe(`${repository}@${digest}`)
    expect([from.name, to.name, to.namespace]).toEqual(['dev', 'staging', 'hello-staging'])
    expect(asked).toEqual([{ way: 'current', namespace: 'hello-dev', release: 'web' }])
  })

  it('asks through the context of the environments file, unless one is given', async () => {
    const image = `${repository}@${digest}`
    await promote({ from: 'staging', to: 'production', image })
    await promote({ from: 'staging', to: 'production', image, context: 'one' })
    expect(asked.map(({ way }) => way)).toEqual(['two', 'one'])
  })

  it('goes to the cluster of the environments file, unless a kubeconfig is given', async () => {
    const image = `${repository}@${digest}`
    await promote({ from: 'production', to: 'abroad', image, kubeconfig: '' })
    await promote({ from: 'production', to: 'abroad', image })
    expect(asked.map(({ way }) => way)).toEqual(['ocid1.cluster.oc1.iad.aaaa', 'current'])
  })

  it('looks at the release that is named after the image, where the file names none', async () => {
    await promote({ from: 'staging', to: 'production', image: `${repository}@${digest}` })
    expect(asked.map(({ release }) => release)).toEqual(['hello'])
  })

  const refused = [
    {
      name: 'an environment that is not the next',
      given: { from: 'dev', to: 'production' },
      says: 'Promotion from "dev" to "production" is not allowed: It leaves out "staging".',
    },
    {
      name: 'an environment that is not known',
      given: { from: 'qa', to: 'production' },
      says: '".github/oke-pipeline.yml" has: dev, staging, production, abroad.',
    },
    {
      name: 'a file that is not there',
      given: { from: 'dev', to: 'staging', 'environments-file': 'deploy.yml' },
      says: 'Environments file "deploy.yml" was not found',
    },
    {
      name: 'a context that the kubeconfig does not have',
      given: { from: 'dev', to: 'staging', context: 'three' },
      says: '"context": got "three", does not lead to a cluster: of the kubeconfig, it has no context "three"; it has "one", "two".',
    },
    {
      name: 'no way to the cluster',
      given: { from: 'dev', to: 'staging', kubeconfig: '' },
      says: '"cluster": is required, or "kubeconfig", or "cluster-server"',
    },
    {
      name: 'two ways to the cluster',
      given: { from: 'dev', to: 'staging', cluster: 'ocid1.cluster.oc1.iad.aaaa' },
      says: '"cluster": cannot be given together with "kubeconfig"',
    },
    {
      name: 'a release that neither the file nor the image names',
      given: { from: 'staging', to: 'production' },
      says: 'Add "release" to "staging", or give the image that is expected there as "image".',
    },
    {
      name: 'an expected image without a digest',
      given: { from: 'dev', to: 'staging', image: `${repository}:latest` },
      says: 'it has no digest',
    },
  ]
  it.each(refused)('refuses, without a look at the cluster, $name', async ({ given, says }) => {
    await expect(promote(given)).rejects.toThrow(says)
    expect(asked).toEqual([])
  })

  it('refuses another digest than the expected one', async () => {
    const image = `${repository}@${other}`
    await expect(promote({ from: 'dev', to: 'staging', image })).rejects.toThrow(
      `Expected ${other}, but every pod runs ${digest}.`,
    )
  })

  it('refuses what is not verified', async () => {
    const problems = ['Deployment/hello: 1 of 2 pods are ready']
    const doubtful = { ...verified, digest: undefined, image: undefined, problems }
    await expect(promote({ from: 'dev', to: 'staging' }, doubtful)).rejects.toThrow(
      '1 of 2 pods are ready',
    )
  })

  it('lists all unusable inputs at once, and shows no secret', async () => {
    const failure = promote({ kubeconfig: 'very-secret', context: 'a\nb' })
    await expect(failure).rejects.toThrow(/4 inputs are not usable/)
    await expect(failure).rejects.not.toThrow(/very-secret/)
  })

  it('sums up, with foreign text made harmless', async () => {
    const summary = renderSummary(await promote({ from: 'dev', to: 'staging' }))
    expect(summary).toContain('### Promotion: dev → staging')
    expect(summary).toContain(`| Deployment/hello&lt;b&gt; | 2 of 2 | <code>${digest}</code> |`)
  })
})
