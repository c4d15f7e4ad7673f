import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { ConfigurationError, GateError } from '@oke-pipeline/core'
import { openLayout, readReferrers } from '@oke-pipeline/image'
import type { Digest } from '@oke-pipeline/image'
import { writeLayout } from '@oke-pipeline/testing'
import type { LayoutContent, WrittenLayout } from '@oke-pipeline/testing'
import { runtimeNames } from '../src/runtime/runtime.ts'
import { native } from './busybox-layout.ts'
import { newJob, runTest } from './test-harness.ts'
import type { Job } from './test-harness.ts'

function layoutOf({ folder }: Job, content: Partial<LayoutContent> = {}): Promise<WrittenLayout> {
  const platforms = [process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64']
  const layers = [{ 'bin/app': 'app' }]
  return writeLayout({ folder: join(folder, 'temp/layout'), layers, platforms, ...content })
}

/** An environment in which a program is a shell script of that text. */
async function withProgram(
  { folder }: Job,
  name: string,
  script: string,
): Promise<Record<string, string>> {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return { PATH: `${bin}:${process.env.PATH ?? ''}` }
}

// A runtime that must not be asked for anything says so by a status that no test expects.
const untouched = 'echo "it was run" >&2; exit 99'

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
      junit: '../junit.xml',
      tests: 'nowhere.yml',
      runtime: 'rkt',
      parallel: '0',
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
      'junit',
      'tests',
      'runtime',
      'parallel',
    ]) {
      expect(error?.message).toContain(`"${name}": got`)
    }
    expect(runner.outputs).toEqual({
      ...{ result: 'error', digest: '', report: '', junit: '', runtime: '' },
      ...{ tests: '0', failed: '0' },
    })
  })

  it('wants something to test', async () => {
    await using job = await newJob()
    const { path } = await layoutOf(job)
    const { error } = await runTest(job, { layout: path, command: '\n  \n' })
    expect(error?.message).toContain('"tests": expected it, or "command", or "http-port"')
  })
})

describe('test-image runs nothing', () => {
  it('when one byte of the layout was changed', async () => {
    await using job = await newJob()
    const { path, digest, blobs } = await layoutOf(job)
    const layer = blobs.find((blob) => blob !== digest) ?? ''
    await appendFile(join(path, 'blobs/sha256', layer.replace('sha256:', '')), 'x')
    const environment = await withProgram(job, 'docker', untouched)
    const { error, runner } = await runTest(job, { layout: path, command: 'app' }, environment)
    expect(error).toBeInstanceOf(GateError)
    expect(runner.outputs).toMatchObject({ result: 'error' })
  })

  it('when the layout is another image than is asked for', async () => {
    await using job = await newJob()
    const { path } = await layoutOf(job)
    const environment = await withProgram(job, 'docker', untouched)
    const inputs = { layout: path, digest: `sha256:${'0'.repeat(64)}`, command: 'app' }
    const { error } = await runTest(job, inputs, environment)
    expect(error).toBeInstanceOf(GateError)
  })

  it('when there is no image for this runner', async () => {
    await using job = await newJob()
    const { path } = await layoutOf(job, { platforms: ['linux/s390x'] })
    const environment = await withProgram(job, 'docker', untouched)
    const { error } = await runTest(job, { layout: path, command: 'app' }, environment)
    expect(error?.message).toMatch(/the layout has linux\/s390x/)
  })

  it('without a runtime, and says what is missing', async () => {
    await using job = await newJob()
    const { path } = await layoutOf(job)
    const { error, runner } = await runTest(job, { layout: path, command: 'app' }, { PATH: '' })
    expect(error).toBeInstanceOf(ConfigurationError)
    for (const name of runtimeNames) expect(error?.message).toContain(`"${name}" was not found`)
    expect(runner.outputs).toMatchObject({ result: 'error' })
    expect(runner.states).toEqual({})
  })

  it('when podman has another digest for what it read', async () => {
    await using job = await newJob()
    const { path } = await layoutOf(job)
    const environment = await withProgram(
      job,
      'podman',
      `case "$1" in
        --version) echo "podman version 5.8.4" ;;
        pull) echo ${'c'.repeat(64)} ;;
        image) echo '[{"Id":"x","RepoDigests":["localhost/x@sha256:${'0'.repeat(64)}"]}]' ;;
        run) ${untouched} ;;
      esac`,
    )
    const inputs = { layout: path, command: 'app', runtime: 'podman' }
    const { error, runner } = await runTest(job, inputs, environment)
    expect(error).toBeInstanceOf(GateError)
    expect(error?.message).toContain('podman would not run the image that was built')
    expect(runner.outputs).toMatchObject({ result: 'error' })
  })

  it.each([
    {
      name: 'when docker has another image than it was given',
      inspection: `[{"Id":"sha256:${'0'.repeat(64)}","RepoDigests":[]}]`,
    },
    {
      name: 'when nerdctl has another image than it was given',
      inspection: `[{"Id":"sha256:${'0'.repeat(64)}","RepoDigests":["x@sha256:${'1'.repeat(64)}"]}]`,
    },
  ])('$name', async ({ name, inspection }) => {
    await using job = await newJob()
    const { path } = await layoutOf(job)
    const runtime = name.includes('docker') ? 'docker' : 'nerdctl'
    const environment = await withProgram(
      job,
      runtime,
      `case "$1" in
        version|info) echo 28.2.2 ;;
        load) cat >/dev/null ;;
        image) echo '${inspection}' ;;
        create) ${untouched} ;;
      esac`,
    )
    const { error } = await runTest(job, { layout: path, command: 'app', runtime }, environment)
    expect(error).toBeInstanceOf(GateError)
    expect(error?.message).toContain(`${runtime} would not run the image that was built`)
  })
})

describe('test-image without running anything', () => {
  it('looks at the structure of an image where there is no runtime', async () => {
    await using job = await newJob()
    const { path, digest } = await layoutOf(job)
    await writeFile(
      join(job.folder, 'workspace/tests.yml'),
      `schema: oke-pipeline/tests/v1
tests:
  - name: has its program
    kind: structure
    files: [{ path: /bin/app, mode: '0755', uid: 0, content: { contains: app } }]
  - name: runs as somebody
    kind: structure
    user: '1000'
`,
    )
    const inputs = { layout: path, tests: 'tests.yml' }
    const { runner, error } = await runTest(job, inputs, { PATH: '' })
    expect(error?.message).toContain('Its USER is ""; expected was "1000".')
    expect(runner.outputs).toMatchObject({
      ...{ result: 'failed', digest, runtime: '', tests: '2', failed: '1' },
    })
    expect(runner.annotations).toEqual([
      {
        level: 'error',
        title: 'Test failed: runs as somebody',
        message: 'Its USER is ""; expected was "1000".',
        place: { file: 'tests.yml', line: 6, column: 5 },
      },
    ])
    const [statement] = await readStatements(path)
    expect(statement).toMatchObject({
      subject: [{ name: 'acme/hello', digest: { sha256: digest.replace('sha256:', '') } }],
      predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
      predicate: {
        result: 'FAILED',
        passedTests: ['has its program'],
        failedTests: ['runs as somebody'],
        configuration: [{ name: 'tests.yml' }, { name: native }],
      },
    })
  })
})

/** The statements that a layout keeps. */
async function readStatements(layout: string): Promise<unknown[]> {
  const opened = await openLayout(layout)
  const referrers = await readReferrers(layout)
  return Promise.all(
    referrers.map(async ({ digest }) => {
      const manifest = JSON.parse(await readFile(opened.blobPath(digest), 'utf8')) as {
        layers: [{ digest: Digest }]
      }
      return JSON.parse(
        await readFile(opened.blobPath(manifest.layers[0].digest), 'utf8'),
      ) as unknown
    }),
  )
}
