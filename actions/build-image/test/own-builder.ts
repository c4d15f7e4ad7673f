import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { tryCommand } from '../../../test/lab/command.ts'
import { currentLab } from '../../../test/setup/lab.ts'

/** A BuildKit daemon of one test: with nothing in its cache, and to be killed at will. */
export interface OwnBuilder {
  /** Points buildctl at it. */
  readonly environment: Readonly<Record<string, string>>
  readonly address: string
  kill(): Promise<void>
}

/** Starts the lab's BuildKit once more, in namespaces of its own: all of it ends with the process. */
export async function startBuilder(folder: string): Promise<OwnBuilder> {
  const { environment, registry } = currentLab()
  const address = `unix://${join(folder, 'buildkitd.sock')}`
  const configuration = join(folder, 'buildkitd.toml')
  await mkdir(folder, { recursive: true })
  await writeFile(configuration, configurationOf(folder, address, registry?.host ?? ''))
  const namespaces = ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child=KILL']
  const child = spawn('unshare', [...namespaces, 'buildkitd', '--config', configuration], {
    env: environment,
    stdio: 'ignore',
  })
  const own = { ...environment, BUILDKIT_HOST: address }
  await untilItAnswers(own, folder)
  return {
    environment: own,
    address,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
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
  const deadline = Date.now() + 20_000
  for (;;) {
    const options = { environment, workingDirectory }
    const { exitCode } = await tryCommand('buildctl', ['debug', 'workers'], options)
    if (exitCode === 0) return
    if (Date.now() > deadline) throw new Error('BuildKit did not start')
    await wait(200)
  }
}

function configurationOf(folder: string, address: string, mirror: string): string {
  return `root = "${join(folder, 'buildkit')}"

[grpc]
address = ["${address}"]

[worker.oci]
enabled = true
binary = "runc"
snapshotter = "overlayfs"
networkMode = "host"

[worker.containerd]
enabled = false

[registry."docker.io"]
mirrors = ["${mirror}"]

[registry."${mirror}"]
http = true
`
}
