import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { recordingRunner } from '@oke-pipeline/testing'
import type { RecordingRunner } from '@oke-pipeline/testing'
import { createDeployer } from '../../../test/lab/index.ts'
import { writeImageLayout } from '../../../test/lab/tiny-image.ts'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'

const lab = currentLab()
const namespace = `environment-${randomBytes(3).toString('hex')}`
const repository = `${lab.registry?.host ?? ''}/acme/by-environment`

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: sleeper }
spec:
  replicas: \${REPLICAS}
  selector: { matchLabels: { app: sleeper } }
  template:
    metadata: { labels: { app: sleeper } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: sleeper
          image: by-environment
          readinessProbe: { exec: { command: [/bin/busybox, 'true'] } }
`

let folder = ''
let kubeconfig = ''
let image = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-environment-'))
  await mkdir(join(folder, 'workspace/deploy/dev'), { recursive: true })
  await mkdir(join(folder, 'temp'))
  await writeFile(join(folder, 'workspace/deploy/dev/sleeper.yml'), manifest)
  await writeFile(
    join(folder, 'workspace/oke.yml'),
    `schema: oke-pipeline/environments/v1
environments:
  - { name: dev, namespace: ${namespace}, manifests: [deploy/dev], timeout: 1m, substitute: { REPLICAS: '1' } }
  - { name: gone, namespace: environment-gone, manifests: [deploy/gone] }
`,
  )
  if (lab.kubernetes === undefined) throw new Error('This test needs a cluster.')
  kubeconfig = await createDeployer(lab.kubernetes, namespace)
  image = `${repository}@${await push()}`
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

async function push(): Promise<string> {
  const layout = join(folder, 'layout')
  const digest = await writeImageLayout(layout, {
    name: 'by-environment:1',
    files: { 'bin/busybox': '/bin/busybox' },
    command: ['/bin/busybox', 'sleep', '3600'],
  })
  const { exec } = recordingRunner({ folder, environment: lab.environment })
  const options = ['--preserve-digests', '--dest-tls-verify=false']
  const args = ['copy', ...options, `oci:${layout}:1`, `docker://${repository}:1`]
  const { exitCode, stderr } = await exec.run({ file: 'skopeo', args })
  if (exitCode !== 0) throw new Error(stderr)
  return digest
}

async function deploy(given: Readonly<Record<string, string>>): Promise<RecordingRunner> {
  const inputs = { kubeconfig, image, 'environments-file': 'oke.yml', ...given }
  const runner = recordingRunner({ folder, inputs, environment: lab.environment })
  await main(runner)
  return runner
}

describe('deploy-oke, told an environment,', () => {
  it('deploys to where the environments file says, under the name of the image', async () => {
    const { outputs, states } = await deploy({ environment: 'dev' })
    expect(outputs).toMatchObject({ status: 'deployed', image, namespace })
    expect(states).toMatchObject({ namespace, release: 'by-environment' })
  })

  it('lets inputs that are given win', async () => {
    const given = {
      environment: 'gone',
      namespace,
      manifests: 'deploy/dev',
      substitute: 'REPLICAS=1',
    }
    expect((await deploy(given)).outputs).toMatchObject({ status: 'unchanged', namespace })
  })

  it('asks for the namespace and the manifests where no environment is given', async () => {
    await expect(deploy({})).rejects.toThrow(
      /"namespace": is required.*\n.*"manifests": is required/,
    )
  })

  it('refuses an environment that the file does not have', async () => {
    await expect(deploy({ environment: 'qa' })).rejects.toThrow('"oke.yml" has: dev, gone.')
  })
})
