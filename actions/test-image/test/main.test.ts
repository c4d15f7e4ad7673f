import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { ConfigurationError, GateError } from '@oke-pipeline/core'
import { writeLayout } from '@oke-pipeline/testing'
import type { LayoutContent, WrittenLayout } from '@oke-pipeline/testing'
import { newJob, runTest } from './test-harness.ts'
import type { Job } from './test-harness.ts'

function layoutOf({ folder }: Job, content: Partial<LayoutContent> = {}): Promise<WrittenLayout> {
  const platforms = [process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64']
  const layers = [{ 'bin/app': 'app' }]
  return writeLayout({ folder: join(folder, 'temp/layout'), layers, platforms, ...content })
}

/** An environment in which `podman` is a shell script of that text. */
async function withPodman({ folder }: Job, script: string): Promise<Record<string, string>> {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'podman'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return { PATH: `${bin}:${process.env.PATH ?? ''}` }
}

// A podman that must not be run says so by a status that no test expects.
const untouched = 'echo "podman was run" >&2; exit 99'

describe('test-image input', () => {
  it('reports all problems at once', async () => {
    await using job = await newJob()
    const { error, runner } = await runTest(job, {
      layout: 'nowhere',
      digest: 'latest',
      'http-port': '0',
      'http-path': 'healthz',
      'http-status': '99',
      environment: 'no assignment',
      user: '--privileged',
      'read-only': 'yes',
      timeout: '0s',
      report: '../report.json',
    })
    expect(error).toBeInstanceOf(ConfigurationError)
    for (const name of [
      'layout',
      'digest',
      'http-port',
      'http-path',
      'http-status',
      'environment',
      'user',
      'read-only',
      'timeout',
      'report',
    ]) {
      expect(error?.message).toContain(`"${name}": got`)
    }
    expect(runner.outputs).toEqual({ result: 'error', digest: '', report: '' })
  })

  it('wants something to test', async () => {
    await using job = await newJob()
    const { path } = await layoutOf(job)
    const { error } = await runTest(job, { layout: path, command: '\n  \n' })
    expect(error?.message).toContain('"command": expected it, or "http-port", or both')
  })
})

describe('test-image runs nothing', () => {
  it('when one byte of the layout was changed', async () => {
    await using job = await newJob()
    const { path, digest, blobs } = await layoutOf(job)
    const layer = blobs.find((blob) => blob !== digest) ?? ''
    await appendFile(join(path, 'blobs/sha256', layer.replace('sha256:', '')), 'x')
    const environment = await withPodman(job, untouched)
    const { error, runner } = await runTest(job, { layout: path, command: 'app' }, environment)
    expect(error).toBeInstanceOf(GateError)
    expect(runner.outputs).toMatchObject({ result: 'error' })
  })

  it('when the layout is another image than is asked for', async () => {
    await using job = await newJob()
    const { path } = await layoutOf(job)
    const environment = await withPodman(job, untouched)
    const inputs = { layout: path, digest: `sha256:${'0'.repeat(64)}`, command: 'app' }
    const { error } = await runTest(job, inputs, environment)
    expect(error).toBeInstanceOf(GateError)
  })

  it('when there is no image for this runner', async () => {
    await using job = await newJob()
    const { path } = await layoutOf(job, { platforms: ['linux/s390x'] })
    const environment = await withPodman(job, untouched)
    const { error } = await runTest(job, { layout: path, command: 'app' }, environment)
    expect(error?.message).toMatch(/the layout has linux\/s390x/)
  })

  it('without podman', async () => {
    await using job = await newJob()
    const { path } = await layoutOf(job)
    const { error, runner } = await runTest(job, { layout: path, command: 'app' }, { PATH: '' })
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error?.message).toContain('"podman"')
    expect(runner.states).toEqual({})
  })

  it('with a podman that is too old', async () => {
    await using job = await newJob()
    const { path } = await layoutOf(job)
    const environment = await withPodman(job, 'echo "podman version 3.4.4"')
    const { error } = await runTest(job, { layout: path, command: 'app' }, environment)
    expect(error?.message).toContain('Install podman 4 or later')
  })

  it('when podman has another digest for what it read', async () => {
    await using job = await newJob()
    const { path } = await layoutOf(job)
    const environment = await withPodman(
      job,
      `case "$1" in
        --version) echo "podman version 5.8.4" ;;
        pull) echo ${'c'.repeat(64)} ;;
        image) echo '[{"RepoDigests":["localhost/x@sha256:${'0'.repeat(64)}"]}]' ;;
        run) ${untouched} ;;
      esac`,
    )
    const { error, runner } = await runTest(job, { layout: path, command: 'app' }, environment)
    expect(error).toBeInstanceOf(GateError)
    expect(error?.message).toContain('podman would not run the image that was built')
    expect(runner.outputs).toMatchObject({ result: 'error' })
  })
})
