import { spawn } from 'node:child_process'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { runCommand, tryCommand } from '../../../test/lab/command.ts'
import { requiredExecutable } from '../../../test/lab/provision/on-path.ts'
import { currentLab } from '../../../test/setup/lab.ts'

/** A docker engine of one test, which can run a builder in a privileged container. */
export interface OwnDocker {
  /** Points docker and buildx at it; no builder of the lab is known there. */
  readonly environment: Readonly<Record<string, string>>
  run(...args: readonly string[]): Promise<string>
  kill(): Promise<void>
}

/** Starts an engine with images of its own, in namespaces that end with it. */
export async function startDocker(folder: string): Promise<OwnDocker> {
  const { environment } = currentLab()
  const address = `unix://${join(folder, 'd.sock')}`
  await mkdir(join(folder, 'x'), { recursive: true })
  const configuration = await writeConfiguration(folder, address)
  const namespaces = ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child=KILL']
  const dockerd = [requiredExecutable('dockerd'), '--config-file', configuration]
  const child = spawn('unshare', [...namespaces, ...dockerd], { env: environment, stdio: 'ignore' })
  const own = {
    ...environment,
    DOCKER_HOST: address,
    BUILDX_BUILDER: '',
    BUILDX_CONFIG: join(folder, 'buildx'),
  }
  await untilItAnswers(own, folder)
  return {
    environment: own,
    run: async (...args) => (await runCommand('docker', args, { environment: own })).trim(),
    async kill() {
      const ended = new Promise((done) => child.once('close', done))
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function untilItAnswers(
  environment: Readonly<Record<string, string>>,
  workingDirectory: string,
): Promise<void> {
  const deadline = Date.now() + 30_000
  while (
    (await tryCommand('docker', ['version'], { environment, workingDirectory })).exitCode > 0
  ) {
    if (Date.now() > deadline) throw new Error('docker did not start')
    await wait(200)
  }
}

async function writeConfiguration(folder: string, address: string): Promise<string> {
  const file = join(folder, 'daemon.json')
  const configuration = {
    hosts: [address],
    'data-root': join(folder, 'data'),
    'exec-root': join(folder, 'x'),
    pidfile: join(folder, 'dockerd.pid'),
    'exec-opts': ['native.cgroupdriver=cgroupfs'],
    bridge: 'none',
    iptables: false,
    ip6tables: false,
    'ip-forward': false,
    'ip-masq': false,
    'oom-score-adjust': 0,
    runtimes: { lenient: { path: await writeRuntime(folder) } },
    'default-runtime': 'lenient',
  }
  await writeFile(file, JSON.stringify(configuration))
  return file
}

/** A privileged container wants more than every machine can give. */
async function writeRuntime(folder: string): Promise<string> {
  const runtime = join(folder, 'lenient')
  const script = join(import.meta.dirname, 'lenient-runtime.ts')
  const start = `'${process.execPath}' --disable-warning=ExperimentalWarning '${script}'`
  await writeFile(runtime, `#!/bin/sh\nexec ${start} "$@"\n`, { mode: 0o755 })
  return runtime
}

/** The image that buildx runs builders of, made of the lab's BuildKit and the machine's runc. */
export async function loadBuildKitImage(docker: OwnDocker, folder: string): Promise<void> {
  const { environment } = currentLab()
  const context = join(folder, 'buildkit-image')
  await mkdir(context, { recursive: true })
  const runc = requiredExecutable('runc')
  const libraries = (await runCommand('ldd', [runc], { environment })).match(/\/\S+\.so\S*/g) ?? []
  const programs = [...['buildkitd', 'buildctl'].map((name) => onLabPath(name)), runc]
  for (const file of [...programs, ...libraries]) {
    await copyFile(file, join(context, basename(file)))
  }
  await writeFile(join(context, 'Dockerfile'), dockerfileOf(programs, libraries))
  const archive = join(folder, 'buildkit.tar')
  const output = `type=docker,name=moby/buildkit:buildx-stable-1,dest=${archive}`
  const locals = ['--local', `context=${context}`, '--local', `dockerfile=${context}`]
  const build = ['build', '--frontend', 'dockerfile.v0', ...locals, '--output', output]
  await runCommand('buildctl', build, { environment })
  await docker.run('load', '--input', archive)
}

function onLabPath(name: string): string {
  const [bin = ''] = (currentLab().environment.PATH ?? '').split(':')
  return join(bin, name)
}

function dockerfileOf(programs: readonly string[], libraries: readonly string[]): string {
  return [
    'FROM busybox:1',
    `COPY ${programs.map((file) => basename(file)).join(' ')} /usr/bin/`,
    ...libraries.map((file) => `COPY ${basename(file)} ${file}`),
    'ENV PATH=/usr/bin:/bin:/usr/sbin:/sbin LD_LIBRARY_PATH=/lib/x86_64-linux-gnu:/lib/aarch64-linux-gnu',
    'ENTRYPOINT ["buildkitd"]',
  ].join('\n')
}
