import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { accessOf, connectCluster, deployRelease, parseKubeconfig } from '@oke-pipeline/kubernetes'
import { recordingRunner, startFakeOke } from '@oke-pipeline/testing'
import type { RecordingRunner } from '@oke-pipeline/testing'
import { createDeployer } from '../../../test/lab/index.ts'
import { writeImageLayout } from '../../../test/lab/tiny-image.ts'
import { apiServerOf } from '../../../test/setup/api-server.ts'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'

const lab = currentLab()
const namespace = `promote-${randomBytes(3).toString('hex')}`
const repository = `${lab.registry?.host ?? ''}/acme/promoted`
const absent = `sha256:${'0'.repeat(64)}`

let folder = ''
let kubeconfig = ''
let digest = ''
let other = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'promote-'))
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
  await writeFile(
    join(folder, 'workspace/oke.yml'),
    `schema: oke-pipeline/environments/v1
environments:
  - { name: dev, namespace: ${namespace}, manifests: [deploy/dev], release: hello }
  - { name: production, namespace: hello-production, manifests: [a, b], release: hello }
`,
  )
  if (lab.kubernetes === undefined) throw new Error('This test needs a cluster.')
  kubeconfig = await createDeployer(lab.kubernetes, namespace)
  digest = await push('1')
  other = await push('2')
}, 60_000)

afterAll(async () => {
  await kubectl('delete', 'namespace', namespace, '--wait=false')
  await rm(folder, { recursive: true, force: true })
})

/** Pushes an image that sleeps; images of different versions differ. */
async function push(version: string): Promise<string> {
  const layout = join(folder, `layout-${version}`)
  const pushed = await writeImageLayout(layout, {
    name: `promoted:${version}`,
    files: { 'bin/busybox': '/bin/busybox' },
    command: ['/bin/busybox', 'sleep', `${version}0000`],
  })
  const source = `oci:${layout}:${version}`
  const target = `docker://${repository}:${version}`
  await call('skopeo', ['copy', '--preserve-digests', '--dest-tls-verify=false', source, target])
  return pushed
}

async function call(file: string, args: readonly string[]): Promise<void> {
  const { exec } = recordingRunner({ folder, environment: lab.environment })
  const { exitCode, stderr } = await exec.run({ file, args })
  if (exitCode !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}`)
}

function kubectl(...args: readonly string[]): Promise<void> {
  const admin = lab.kubernetes?.kubeconfig ?? ''
  const where = ['--kubeconfig', admin, '--cache-dir', join(folder, 'kubectl')]
  return call('kubectl', [...where, '--namespace', namespace, ...args])
}

/** By which a node might report the image, too. */
const platform = `sha256:${'c'.repeat(64)}`

async function deploy(): Promise<string> {
  const runner = recordingRunner({ folder })
  const cluster = connectCluster(accessOf(parseKubeconfig(kubeconfig)), runner)
  const release = {
    address: { namespace, release: 'hello' },
    manifests: [{ object: deployment(`${repository}@${digest}`), place: { file: 'hello.yml' } }],
    image: { repository, digest, observable: [digest, platform] },
    source: {},
    timeoutSeconds: 60,
    mayBeOlder: false,
    onFailure: { reaction: 'rollback', first: 'remove' } as const,
    endurance: {},
    policy: { isForced: true },
  }
  const hooks = { onPlan: () => undefined, onStart: () => undefined, onEnd: () => undefined }
  const { status, failure } = await deployRelease(
    cluster,
    { release, turn: { holder: 'test', waitSeconds: 0 } },
    runner,
    hooks,
  )
  return failure?.cause ?? status
}

function deployment(image: string) {
  const labels = { app: 'hello' }
  const container = {
    name: 'hello',
    image,
    readinessProbe: { exec: { command: ['/bin/busybox', 'true'] } },
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'hello', namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 0, containers: [container] },
      },
    },
  }
}

async function promote(
  given: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<RecordingRunner> {
  const inputs = { from: 'dev', to: 'production', 'environments-file': 'oke.yml', kubeconfig }
  const runner = recordingRunner({ folder, inputs: { ...inputs, ...given }, environment })
  await main(runner)
  return runner
}

// Each test goes on with what the one before has left in the namespace.
describe('promote, on a real cluster,', () => {
  it('refuses while nothing is deployed', async () => {
    await expect(promote()).rejects.toThrow(`is in force in the namespace "${namespace}"`)
  })

  it('hands on the digest that every pod runs', async () => {
    expect(await deploy()).toBe('deployed')
    const { outputs, summary } = await promote({ image: `${repository}@${digest}` })
    expect(outputs).toEqual({
      image: `${repository}@${digest}`,
      digest,
      'platform-digests': platform,
      from: 'dev',
      to: 'production',
      namespace: 'hello-production',
      manifests: 'a\nb',
      release: 'hello',
    })
    expect(summary.join()).toContain(`| Deployment/hello | 2 of 2 | <code>${digest}</code> |`)
  })

  it('refuses when another image is expected', async () => {
    await expect(promote({ image: `${repository}@${other}` })).rejects.toThrow(
      `Expected ${other}, but every pod runs ${digest}.`,
    )
  })

  it('finds the cluster of the environment in the environments file, and reads as that user', async () => {
    await using oke = await startFakeOke({ apiServer: await apiServerOf(lab) })
    await kubectl('create', 'rolebinding', 'promoter', '--role=deployer', '--user', oke.user)
    await writeFile(
      join(folder, 'workspace/oci.yml'),
      `schema: oke-pipeline/environments/v1
environments:
  - name: dev
    namespace: ${namespace}
    manifests: [deploy/dev]
    release: hello
    cluster: ${oke.cluster}
  - { name: production, namespace: hello-production, manifests: [a], release: hello }
`,
    )
    const given = { 'environments-file': 'oci.yml', kubeconfig: '', ...oke.inputs }
    const { outputs, masked } = await promote(given, oke.environment)
    expect(outputs).toMatchObject({ image: `${repository}@${digest}`, to: 'production' })
    expect(oke.gateway.users()).toEqual([oke.user])
    expect(new Set(oke.gateway.requests.map(({ method }) => method))).toEqual(new Set(['GET']))
    expect(masked).toEqual(expect.arrayContaining([...oke.gateway.tokens()]))
  })

  it('masks the token of the kubeconfig', async () => {
    const { masked } = await promote()
    expect(masked).toContain(parseKubeconfig(kubeconfig).users[0]?.token)
  })

  it('refuses when somebody has put in another image behind our back', async () => {
    await kubectl('set', 'image', 'deployment/hello', `hello=${repository}@${other}`)
    await kubectl('rollout', 'status', 'deployment/hello', '--timeout=60s')
    await expect(promote()).rejects.toThrow(`Deployment/hello runs ${other}`)
  })

  it('refuses while a rollout is under way', async () => {
    await kubectl('set', 'image', 'deployment/hello', `hello=${repository}@${absent}`)
    await expect(promote()).rejects.toThrow(/Deployment\/hello: .*pods|has not seen/)
  })

  it('refuses when the workload is gone', async () => {
    await kubectl('delete', 'deployment/hello')
    await expect(promote()).rejects.toThrow('Deployment/hello: does not exist any more')
  })
})
