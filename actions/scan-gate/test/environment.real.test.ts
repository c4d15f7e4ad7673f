import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { copyLayoutToRegistry, openLayout, parseReference } from '@oke-pipeline/image'
import { accessOf, connectCluster, deployRelease, parseKubeconfig } from '@oke-pipeline/kubernetes'
import { recordingRunner, startFakeOke } from '@oke-pipeline/testing'
import { createDeployer } from '../../../test/lab/index.ts'
import { writeImageLayout } from '../../../test/lab/tiny-image.ts'
import { apiServerOf } from '../../../test/setup/api-server.ts'
import { currentLab } from '../../../test/setup/lab.ts'
import { newJob, npmPackage, runGate, writeSource } from './gate-harness.ts'
import type { Job } from './gate-harness.ts'

const lab = currentLab()
const { environment } = lab
const namespace = `scan-gate-${randomBytes(3).toString('hex')}`
const repository = `${lab.registry?.host ?? ''}/acme/running`

let job: Job
let kubeconfig = ''

/** Writes an image that sleeps, with npm packages of these versions. */
async function writeImage(
  name: string,
  packages: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = join(job.folder, 'temp', name)
  const files: Record<string, string> = { 'bin/busybox': '/bin/busybox' }
  for (const [path, text] of Object.entries(packages)) {
    await writeSource(job, path, text)
    files[path] = join(job.folder, 'workspace', path)
  }
  const command = ['/bin/busybox', 'sleep', '10000']
  await writeImageLayout(folder, { name: `running:${name}`, files, command })
  return folder
}

/** Pushes an image, and deploys it as deploy-oke does. */
async function deploy(folder: string): Promise<void> {
  const runner = recordingRunner(job)
  const layout = await openLayout(folder)
  const { digest } = layout
  await copyLayoutToRegistry(layout, { reference: parseReference(repository), tags: [] }, runner)
  const cluster = connectCluster(accessOf(parseKubeconfig(kubeconfig)), runner)
  const release = {
    address: { namespace, release: 'hello' },
    manifests: [{ object: deployment(`${repository}@${digest}`), place: { file: 'hello.yml' } }],
    image: { repository, digest, observable: [digest] },
    source: {},
    timeoutSeconds: 60,
    mayBeOlder: false,
    onFailure: { reaction: 'rollback', first: 'remove' } as const,
    endurance: {},
    policy: { isForced: true },
  }
  const { failure } = await deployRelease(
    cluster,
    { release, turn: { holder: 'test', waitSeconds: 0 } },
    runner,
    { onPlan: () => undefined, onStart: () => undefined, onEnd: () => undefined },
  )
  if (failure !== undefined) throw new Error('The deployment failed', { cause: failure })
}

function deployment(image: string) {
  const labels = { app: 'hello' }
  const template = {
    metadata: { labels },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'hello', image }] },
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'hello', namespace },
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  }
}

beforeAll(async () => {
  job = await newJob()
  await writeSource(
    job,
    '.github/oke-pipeline.yml',
    `schema: oke-pipeline/environments/v1
environments:
  - { name: production, namespace: ${namespace}, manifests: [deploy], release: hello }
`,
  )
  if (lab.kubernetes === undefined) throw new Error('This test needs a cluster.')
  kubeconfig = await createDeployer(lab.kubernetes, namespace)
}, 60_000)

afterAll(async () => {
  await job[Symbol.asyncDispose]()
})

const minimist = npmPackage('minimist', '1.2.0')

// The second test goes on with what the first has left in the namespace.
describe('scan-gate against what an environment runs', () => {
  it('counts all as new while nothing is deployed there', async () => {
    const layout = await writeImage('first', minimist)
    const inputs = { layout, 'baseline-environment': 'production', kubeconfig }
    const { runner, error } = await runGate(job, inputs, { environment })
    expect(error?.message).toContain('minimist')
    expect(runner.outputs).toMatchObject({ verdict: 'fail', critical: '1' })
    expect(runner.summary.join('')).toContain('could not be used, so everything counts as new')
    await deploy(layout)
  })

  it('lets only what a change adds close the gate', async () => {
    const inputs = { 'baseline-environment': 'production', kubeconfig }
    const same = await writeImage('same', minimist)
    const open = await runGate(job, { ...inputs, layout: same }, { environment })
    expect(open.error).toBeUndefined()
    expect(open.runner.outputs).toMatchObject({ verdict: 'pass', new: '0', critical: '1' })
    const worse = await writeImage('worse', { ...minimist, ...npmPackage('lodash', '4.17.20') })
    const closed = await runGate(job, { ...inputs, layout: worse }, { environment })
    expect(closed.error?.message).toContain('lodash')
    expect(closed.error?.message).not.toContain('minimist')
    expect(closed.runner.summary.join('')).toContain('Against <code>environment production</code>')
  })

  it('finds the cluster of the environment in the environments file, and signs in to it', async () => {
    await using oke = await startFakeOke({ apiServer: await apiServerOf(lab) })
    const kubectl = ['--kubeconfig', lab.kubernetes?.kubeconfig ?? '', '--namespace', namespace]
    const binding = ['rolebinding', oke.user.replaceAll('.', '-'), '--role=deployer']
    const { exec } = recordingRunner({ ...job, environment })
    const args = [...kubectl, 'create', ...binding, '--user', oke.user]
    expect((await exec.run({ file: 'kubectl', args })).stderr).toMatch(/^$|already exists/)
    await writeSource(
      job,
      'oci.yml',
      `schema: oke-pipeline/environments/v1
environments:
  - name: production
    namespace: ${namespace}
    manifests: [deploy]
    release: hello
    cluster: ${oke.cluster}
`,
    )
    const layout = await writeImage('by-ocid', minimist)
    const inputs = { ...oke.inputs, layout, 'environments-file': 'oci.yml' }
    const { error, runner } = await runGate(
      job,
      { ...inputs, 'baseline-environment': 'production' },
      { environment: { ...environment, ...oke.environment } },
    )
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ verdict: 'pass', new: '0', critical: '1' })
    expect(oke.gateway.users()).toEqual([oke.user])
  })
})
