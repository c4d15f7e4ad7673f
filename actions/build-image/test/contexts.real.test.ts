import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openLayout } from '@oke-pipeline/image'
import { buildWorld } from './build-harness.ts'
import type { BuildWorld } from './build-harness.ts'

let world: BuildWorld

beforeEach(async () => {
  world = await buildWorld()
})

afterEach(() => world.remove())

/** The labels of the image that was built. */
async function labelsOf(layout: string): Promise<Readonly<Record<string, string>>> {
  return (await openLayout(layout)).images[0]?.config.labels ?? {}
}

describe.each(['buildx', 'buildctl', 'buildah'])(
  'a Git repository as context, with %s',
  (engine) => {
    let server: ChildProcess
    let address: string

    beforeEach(async () => {
      await mkdir(join(world.folder, 'workspace/deploy'))
      await world.write('deploy/Dockerfile', 'FROM scratch', 'LABEL from=git', 'COPY . /')
      git('init', '--quiet', '--initial-branch', 'main')
      git('add', '.')
      git('commit', '--quiet', '--message', 'First')
      execFileSync('git', ['clone', '--quiet', '--bare', 'workspace', 'app.git'], {
        cwd: world.folder,
      })
      const port = await freePort()
      const place = [`--port=${port}`, '--listen=127.0.0.1', `--base-path=${world.folder}`]
      server = spawn('git', ['daemon', '--export-all', '--reuseaddr', ...place, world.folder], {
        stdio: 'ignore',
      })
      address = `git://127.0.0.1:${port}/app.git`
      await untilItServes(address)
    })

    afterEach(() => {
      server.kill()
    })

    it('is fetched by the builder, at a branch and in a folder of it', async () => {
      const runner = await world.build({ engine, context: `${address}#main:deploy` })
      expect(await labelsOf(runner.outputs.layout ?? '')).toMatchObject({ from: 'git' })
    })

    function git(...args: readonly string[]): void {
      const identity = ['-c', 'user.name=tester', '-c', 'user.email=tester@example.com']
      execFileSync('git', ['-C', join(world.folder, 'workspace'), ...identity, ...args])
    }
  },
)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

async function untilItServes(address: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      execFileSync('git', ['ls-remote', address], { stdio: 'ignore' })
      return
    } catch {
      // Not yet.
      await wait(100)
    }
  }
  throw new Error('git daemon did not start')
}

describe.each(['buildx', 'buildctl', 'buildah'])('named contexts with %s', (engine) => {
  it('are folders of the workspace', async () => {
    await mkdir(join(world.folder, 'workspace/other'))
    await world.write('other/file', 'from the other folder')
    await world.dockerfile('FROM busybox:1', 'COPY --from=other file /', 'RUN cat /file')
    const inputs = { engine, 'build-contexts': 'other=other', 'no-cache': 'true' }
    const runner = await world.build(inputs)
    expect(runner.logged).toContain('  from the other folder')
  })
})

describe.each(['buildx', 'buildctl'])('named contexts with %s', (engine) => {
  it('are images and layouts, such as that of an earlier build', async () => {
    await world.dockerfile('FROM busybox:1', 'RUN echo earlier > /word')
    const first = await world.build({ engine, layout: 'earlier' })
    const layout = first.outputs.layout ?? ''
    await world.dockerfile('FROM app', 'COPY --from=tool /bin/busybox /tool', 'RUN cat /word')
    const contexts = `app=oci-layout://${layout}\ntool=docker-image://busybox:1`
    const inputs = { engine, 'build-contexts': contexts, 'no-cache': 'true' }
    const runner = await world.build(inputs)
    expect(runner.logged).toContain('  earlier')
  })
})

describe.each(['buildx', 'buildctl', 'buildah'])('how instructions run, with %s', (engine) => {
  it('is as the inputs say', async () => {
    await world.dockerfile(
      'FROM busybox:1',
      'RUN grep db.example /etc/hosts',
      'RUN df -k /dev/shm | tail -1',
      'RUN ulimit -n',
    )
    const runner = await world.build({
      engine,
      'no-cache': 'true',
      'add-hosts': 'db.example:10.9.8.7',
      'shm-size': '2m',
      ulimit: 'nofile=512:512',
    })
    const log = runner.logged.join('\n')
    expect(log).toMatch(/10\.9\.8\.7\s+db\.example/)
    expect(log).toMatch(/\s2048\s.*\/dev\/shm/)
    expect(runner.logged).toContain('  512')
  })

  it('is without a network, where that is asked for', async () => {
    await world.dockerfile('FROM busybox:1', 'RUN ls /sys/class/net | tr "\\n" " "; echo end')
    const runner = await world.build({ engine, 'no-cache': 'true', network: 'none' })
    expect(runner.logged).toContain('  lo end')
  })
})

describe.each(['buildx', 'buildctl'])('what is built anew, with %s', (engine) => {
  it('is the stage that is named', async () => {
    const dockerfile = [
      ...['FROM busybox:1 AS one', 'RUN echo 1 > /a'],
      ...['FROM busybox:1 AS two', 'COPY --from=one /a /', 'RUN echo 2 > /b'],
    ]
    await world.dockerfile(...dockerfile)
    await world.build({ engine })
    const runner = await world.build({ engine, 'no-cache-filters': 'two' })
    expect(wasCached(runner.logged, '[2/2] RUN echo 1 > /a')).toBe(true)
    expect(wasCached(runner.logged, '[3/3] RUN echo 2 > /b')).toBe(false)
  })
})

describe('annotations', () => {
  it.each(['buildx', 'buildctl'])('go where the input says, with %s', async (engine) => {
    await world.dockerfile('FROM scratch', 'COPY Dockerfile /')
    const annotations = 'a.b/c=on manifests\nindex:d=on the index'
    const inputs = { engine, annotations, platforms: 'linux/amd64,linux/arm64' }
    const layout = await openLayout((await world.build(inputs)).outputs.layout ?? '')
    const index = await readFile(layout.blobPath(layout.digest), 'utf8')
    expect(JSON.parse(index)).toMatchObject({ annotations: { d: 'on the index' } })
    for (const { descriptor } of layout.images) {
      const manifest = await readFile(layout.blobPath(descriptor.digest), 'utf8')
      expect(JSON.parse(manifest)).toMatchObject({ annotations: { 'a.b/c': 'on manifests' } })
    }
  })
})

describe.each(['buildx', 'buildctl', 'buildah'])('what is built, with %s', (engine) => {
  it('is the stage of the file that is named, with newer bases where that is asked for', async () => {
    await mkdir(join(world.folder, 'workspace/deploy'))
    await world.write(
      'deploy/App.Dockerfile',
      ...['FROM busybox:1 AS first', 'LABEL stage=first', 'FROM busybox:1', 'RUN exit 1'],
    )
    const inputs = { engine, file: 'deploy/App.Dockerfile', target: 'first', pull: 'true' }
    const runner = await world.build(inputs)
    expect(await labelsOf(runner.outputs.layout ?? '')).toMatchObject({ stage: 'first' })
  })

  it('may use a key that it does not see', async () => {
    const key = join(world.folder, 'key')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    const socket = 'test -S "$SSH_AUTH_SOCK" && echo there is an agent'
    await world.dockerfile('FROM busybox:1', `RUN --mount=type=ssh ${socket}`)
    const runner = await world.build({ engine, 'no-cache': 'true', ssh: `default=${key}` })
    expect(runner.logged).toContain('  there is an agent')
  })
})

describe('an earlier build', () => {
  it('is what the next one is compared with', async () => {
    await world.dockerfile('FROM scratch', 'COPY Dockerfile /')
    const first = await world.build({ engine: 'buildctl' })
    const previous = first.outputs.metadata ?? ''
    expect(JSON.parse(await readFile(previous, 'utf8'))).toMatchObject({
      schema: 'build-image/v1',
      digest: first.outputs.digest,
      engine: { title: expect.stringContaining('buildctl') as unknown },
      builder: { 'containerimage.digest': expect.any(String) as unknown },
    })
    expect(first.summary.join('')).not.toContain('since the earlier build')
    await world.dockerfile('FROM busybox:1')
    const second = await world.build({ engine: 'buildctl', previous })
    expect(second.summary.join('')).toMatch(/MiB, \+\d.* % since the earlier build/)
  })

  it('that cannot be read costs the comparison only', async () => {
    await world.dockerfile('FROM scratch', 'COPY Dockerfile /')
    await world.write('old.json', '{"schema": "other"}')
    const runner = await world.build({ engine: 'buildctl', previous: 'old.json' })
    expect(runner.logged.join('\n')).toContain('"old.json" is no metadata of an earlier build')
    expect(runner.outputs.digest).toMatch(/^sha256:/)
  })
})

/** BuildKit says that a step is cached when it announces it, or only afterwards. */
function wasCached(logged: readonly string[], step: string): boolean {
  const index = logged.indexOf(step)
  return logged.includes(`${step} (cached)`) || (index !== -1 && logged[index + 1] === '  cached')
}
