import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runBundle } from '@oke-pipeline/testing'
import { writeImageLayout } from '../../lab/tiny-image.ts'
import type { LabUnderTest } from '../../setup/lab.ts'

const run = promisify(execFile)

/** A namespace, and an application in it that one contestant rolls out. */
export interface Arena extends AsyncDisposable {
  readonly namespace: string
  readonly env: NodeJS.ProcessEnv
  /** By deploy-oke's bundle; gives how it ended. */
  deploy(
    inputs: Readonly<Record<string, string>>,
    onOutput?: (text: string) => void,
  ): Promise<number>
  /** By another program; gives how it ended, which may be a failure. */
  call(file: string, ...args: readonly string[]): Promise<number>
  /** The same, of a program that is listened to. */
  listen(
    onOutput: (text: string) => void,
    file: string,
    ...args: readonly string[]
  ): Promise<number>
  /** The manifest, for other programs. */
  readonly manifest: string
  /** A chart of the same, for Helm. */
  readonly chart: string
}

/** Makes an arena for one round of one contestant. */
export async function makeArena(
  lab: LabUnderTest,
  { image, manifest }: { readonly image: string; readonly manifest: (image: string) => string },
): Promise<Arena> {
  const namespace = `bench-${randomBytes(4).toString('hex')}`
  const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
  const env = { ...process.env, ...lab.environment }
  await mkdir(join(folder, 'workspace'), { recursive: true })
  await mkdir(join(folder, 'chart/templates'), { recursive: true })
  await writeFile(join(folder, 'workspace/app.json'), manifest('app'))
  await writeFile(join(folder, 'app.json'), manifest(image))
  await writeFile(join(folder, 'chart/Chart.yaml'), 'apiVersion: v2\nname: app\nversion: 1.0.0\n')
  await writeFile(join(folder, 'chart/templates/app.yaml'), manifest(image))
  await run('kubectl', ['create', 'namespace', namespace], { env })
  const kubeconfig = await readFile(lab.environment.KUBECONFIG ?? '', 'utf8')
  const listen: Arena['listen'] = async (onOutput, file, ...args) => {
    const failed = { code: 1 }
    const running = run(file, ['--namespace', namespace, ...args], { env })
    running.child.stdout?.on('data', onOutput)
    const ended = await running.then(
      () => ({ code: 0 }),
      (error: unknown) => (error instanceof Error && 'code' in error ? error : failed),
    )
    return Number(ended.code)
  }
  return {
    namespace,
    env,
    manifest: join(folder, 'app.json'),
    chart: join(folder, 'chart'),
    async deploy(inputs, onOutput = () => undefined) {
      const given = { kubeconfig, namespace, image, manifests: 'app.json', release: 'app' }
      const wanted = { ...given, 'image-name': 'app', ...inputs }
      return (await runBundle({ action: 'deploy-oke', folder, inputs: wanted, onOutput })).exitCode
    },
    listen,
    call: (file, ...args) => listen(() => undefined, file, ...args),
    async [Symbol.asyncDispose]() {
      await run('kubectl', ['delete', 'namespace', namespace, '--wait=false'], { env })
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A Deployment with a probe that needs no time. */
export function deployment(
  replicas: number,
  pod: Readonly<Record<string, unknown>> = {},
): (image: string) => string {
  const labels = { app: 'app' }
  const readinessProbe = { exec: { command: ['/bin/busybox', 'true'] }, periodSeconds: 1 }
  return (image) =>
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'app' },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [{ name: 'web', image, readinessProbe }],
            ...pod,
          },
        },
      },
    })
}

/** Pushes an image that runs a script to the lab's registry. */
export async function pushScript(lab: LabUnderTest, script: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
  try {
    const repository = `${lab.registry?.host ?? ''}/bench/app`
    const digest = await writeImageLayout(folder, {
      name: `${repository}:bench`,
      files: {
        'bin/busybox': '/bin/busybox',
        'bin/sh': '/bin/busybox',
        'bin/sleep': '/bin/busybox',
      },
      command: ['/bin/sh', '-c', script],
    })
    const target = `${repository}@${digest}`
    const flags = ['--dest-tls-verify=false', '--preserve-digests']
    const env = { ...process.env, ...lab.environment }
    await run('skopeo', ['copy', ...flags, `oci:${folder}:bench`, `docker://${target}`], { env })
    return target
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
