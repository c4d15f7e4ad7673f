import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openLayout } from '@oke-pipeline/image'
import { recordingRunner, runBundle } from '@oke-pipeline/testing'
import type { RecordingRunner } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'

const { environment } = currentLab()
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'build-image-'))
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function dockerfile(...lines: readonly string[]): Promise<void> {
  await writeFile(join(folder, 'workspace/Dockerfile'), `${lines.join('\n')}\n`)
}

async function build(inputs: Readonly<Record<string, string>>): Promise<RecordingRunner> {
  const runner = recordingRunner({ folder, environment, inputs })
  await main(runner)
  return runner
}

function skopeo(layout: string, ...args: readonly string[]): string {
  return execFileSync('skopeo', ['inspect', ...args, `oci:${layout}`], {
    env: environment,
    encoding: 'utf8',
  })
}

describe.each(['buildx', 'buildctl', 'buildah'])('build-image with %s', (engine) => {
  it('makes a layout whose digest other tools agree with', async () => {
    await dockerfile('FROM busybox:1', 'ARG GREETING', 'RUN echo "$GREETING" > /greeting')
    const runner = await build({ engine, 'build-args': 'GREETING=a b;$(id)', labels: 'a=b c' })
    const { digest = '', layout = '', size } = runner.outputs
    expect(JSON.parse(skopeo(layout))).toMatchObject({ Digest: digest, Labels: { a: 'b c' } })
    const opened = await openLayout(layout)
    expect(size).toBe(String(opened.sizeBytes))
    expect(opened.images).toHaveLength(1)
    expect(runner.summary.join('')).toContain(digest)
  })

  it('replaces the layout of an earlier build', async () => {
    await dockerfile('FROM busybox:1', 'RUN echo 1 > /a')
    const first = await build({ engine })
    await dockerfile('FROM busybox:1', 'RUN echo 2 > /a')
    const second = await build({ engine })
    expect(second.outputs.layout).toBe(first.outputs.layout)
    expect(second.outputs.digest).not.toBe(first.outputs.digest)
    expect((await openLayout(second.outputs.layout ?? '')).digest).toBe(second.outputs.digest)
  })

  it('shows a line of ten megabytes without keeping it, and no escapes', async () => {
    await dockerfile(
      'FROM busybox:1',
      "RUN head -c 10000000 /dev/zero | tr '\\0' x; printf '\\n\\033[31mred\\033[0m 1%%\\r2%%\\n::error::no\\n'",
    )
    const runner = await build({ engine, 'no-cache': 'true' })
    const longest = runner.logged.reduce((most, line) => Math.max(most, line.length), 0)
    expect(longest).toBeGreaterThan(1000)
    expect(longest).toBeLessThan(3000)
    expect(runner.logged.join('\n')).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/)
  })

  it('says which build failed, and what the builder said', async () => {
    await dockerfile('FROM busybox:1', 'RUN echo it broke >&2 && exit 3')
    await expect(build({ engine })).rejects.toThrow(/Build of "Dockerfile" failed[^]*it broke/)
  })
})

describe('build-image on a full disk', () => {
  beforeEach(() => {
    const options = ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', join(folder, 'temp')]
    execFileSync('mount', options)
  })

  afterEach(() => {
    execFileSync('umount', ['--lazy', join(folder, 'temp')])
  })

  // The lab's buildah runs in a mount namespace of its own, and would not see the small disk.
  it('says so', async () => {
    await dockerfile('FROM busybox:1', 'RUN echo 1 > /a')
    await expect(build({})).rejects.toThrow(/no space left on device[^]*free space on this runner/i)
  })
})

describe('build-image with BuildKit', () => {
  it('points at the failing line', async () => {
    await dockerfile('FROM busybox:1', '', 'RUN exit 3')
    await expect(build({})).rejects.toMatchObject({ place: { file: 'Dockerfile', line: 3 } })
  })

  it('builds several platforms into one index, without attestations', async () => {
    await dockerfile('FROM scratch', 'COPY Dockerfile /')
    const runner = await build({ platforms: 'linux/amd64,linux/arm64' })
    const layout = await openLayout(runner.outputs.layout ?? '')
    expect(layout.platforms).toEqual(['linux/amd64', 'linux/arm64'])
    const index = JSON.parse(await readFile(layout.blobPath(layout.digest), 'utf8')) as {
      manifests: unknown[]
    }
    expect(index.manifests).toHaveLength(2)
  })

  it('does not obey workflow commands that a build prints', async () => {
    await dockerfile('FROM busybox:1', 'RUN echo "::set-output name=digest::evil"; exit 1')
    const result = await runBundle({ action: 'build-image', folder, environment })
    expect(result.exitCode).toBe(1)
    expect(result.log).toContain('Build of "Dockerfile" failed')
    expect(result.log.split('\n').filter((line) => /^\s*::set-output/.test(line))).toEqual([])
    expect(result.outputs).toEqual({})
  })

  it('stops when the job is cancelled, and leaves nothing half written', async () => {
    await dockerfile('FROM busybox:1', `RUN echo started-${Date.now()}; sleep 60`)
    const started = Date.now()
    const result = await runBundle({
      action: 'build-image',
      folder,
      environment,
      onStart(step) {
        const timer = setInterval(() => {
          if (!/^ {2}started-/m.test(step.log())) return
          clearInterval(timer)
          step.kill('SIGINT')
        }, 50)
      },
    })
    expect(result.exitCode).toBe(1)
    expect(result.log).toContain('The job was cancelled')
    expect(Date.now() - started).toBeLessThan(30_000)
    const run = { action: 'build-image', folder, environment, state: result.state }
    expect(await runBundle(run)).toMatchObject({ exitCode: 0 })
    expect(await readdir(join(folder, 'temp'))).toEqual([])
  })

  it('works as a bundle, and its post step leaves nothing in the temp folder but the layout', async () => {
    await dockerfile('FROM scratch', 'COPY Dockerfile /')
    const result = await runBundle({ action: 'build-image', folder, environment })
    expect(result).toMatchObject({ exitCode: 0 })
    const { digest, layout = '' } = result.outputs
    expect((await openLayout(layout)).digest).toBe(digest)
    const post = await runBundle({
      action: 'build-image',
      folder,
      environment,
      state: result.state,
    })
    expect(post).toMatchObject({ exitCode: 0, outputs: {} })
  })
})
