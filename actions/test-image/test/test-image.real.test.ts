import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import { recordingRunner, writeLayout } from '@oke-pipeline/testing'
import type { LayoutContent, WrittenLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { newName } from '../src/clean-up.ts'
import { post } from '../src/post.ts'
import { newJob, runTest } from './test-harness.ts'
import type { Job, StepOutcome } from './test-harness.ts'

const { environment } = currentLab()
const run = promisify(execFile)

const native = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64'
const foreign = process.arch === 'arm64' ? 'linux/amd64' : 'linux/arm64'

/** An image with nothing but a static busybox, which has a shell and a web server. */
async function busyboxLayout(
  { folder }: Job,
  content: Partial<LayoutContent> = {},
): Promise<WrittenLayout> {
  const busybox = await readFile('/bin/busybox')
  return writeLayout({
    folder: join(folder, 'temp', 'Layout'),
    layers: [{ 'bin/busybox': busybox, 'bin/sh': busybox }, { 'www/index.html': 'hello' }],
    platforms: [native],
    config: {
      Env: ['PATH=/bin'],
      User: '1000',
      Entrypoint: ['/bin/busybox', 'httpd', '-f', '-h', '/www'],
      Cmd: ['-p', '8080'],
    },
    ...content,
  })
}

function shell(script: string): string {
  return ['/bin/sh', '-c', script].join('\n')
}

/** The containers and images of a job that podman still has. */
async function leftovers(job: Job): Promise<string> {
  const name = newName(job)
  const filter = ['--filter', `name=${name}`]
  const containers = await run('podman', ['ps', '--all', '--quiet', ...filter], {
    env: environment,
  })
  const images = await run('podman', ['images', '--format', '{{.Repository}}'], {
    env: environment,
  })
  const names = images.stdout.split('\n').filter((repository) => repository.includes(name))
  return containers.stdout + names.join('\n')
}

/** Runs the action, and checks that it leaves nothing. */
async function runCleanly(
  job: Job,
  inputs: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = environment,
): Promise<StepOutcome> {
  const outcome = await runTest(job, inputs, variables)
  expect(await leftovers(job)).toBe('')
  return outcome
}

describe('test-image with podman', () => {
  it('passes an image whose command succeeds and whose service answers', async () => {
    await using job = await newJob()
    const { path, digest } = await busyboxLayout(job)
    const inputs = { layout: path, digest, command: '/bin/busybox\ntrue', 'http-port': '8080' }
    const { runner, error } = await runCleanly(job, inputs)
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ result: 'passed', digest })
    const report: unknown = JSON.parse(await readFile(runner.outputs.report ?? '', 'utf8'))
    expect(report).toMatchObject({
      schema: 'test-image/v1',
      digest,
      imageDigest: digest,
      result: 'passed',
      engine: { name: 'podman' },
      checks: [
        { kind: 'command', command: ['/bin/busybox', 'true'], result: 'passed', exitCode: 0 },
        { kind: 'http', port: 8080, path: '/', result: 'passed', status: 200 },
      ],
    })
  })

  it('runs what was built for this machine out of an index', async () => {
    await using job = await newJob()
    const { path, digest } = await busyboxLayout(job, { platforms: [foreign, native] })
    const inputs = { layout: path, digest, command: '/bin/busybox\ntrue' }
    const { runner, error } = await runCleanly(job, inputs)
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ result: 'passed', digest })
  })

  it('gives the container the environment of the inputs, and nothing of the job', async () => {
    await using job = await newJob()
    const { path } = await busyboxLayout(job)
    const script = 'busybox test "$A" = "\\"b c\\" \\$x" && busybox test -z "$SECRET$HTTPS_PROXY"'
    const { error } = await runCleanly(
      job,
      { layout: path, command: shell(script), environment: 'A="b c" $x\nEMPTY=' },
      { ...environment, SECRET: 'x', HTTPS_PROXY: 'http://127.0.0.1:9' },
    )
    expect(error).toBeUndefined()
  })

  it('runs as the user of the image, as another, and with a read-only root', async () => {
    await using job = await newJob()
    const { path } = await busyboxLayout(job)
    const own = { layout: path, command: shell('busybox test "$(busybox id -u)" = 1000') }
    const other = { ...own, user: '1234', command: own.command.replace('1000', '1234') }
    const writing = { layout: path, user: '0', command: shell('busybox touch /file') }
    const results = [own, other, writing, { ...writing, 'read-only': 'true' }]
    const outcomes: unknown[] = []
    for (const inputs of results) {
      outcomes.push((await runCleanly(job, inputs)).runner.outputs.result)
    }
    expect(outcomes).toEqual(['passed', 'passed', 'passed', 'failed'])
  })

  it('fails an image whose command fails, with its status and last lines', async () => {
    await using job = await newJob()
    const { path } = await busyboxLayout(job)
    const inputs = { layout: path, command: shell('echo boom >&2; exit 3') }
    const { runner, error } = await runCleanly(job, inputs)
    expect(error).toBeInstanceOf(GateError)
    expect(error?.message).toContain('It ended with exit status 3. Last lines:\nboom')
    expect(runner.outputs).toMatchObject({ result: 'failed' })
    expect(runner.summary.join('')).toContain('boom')
  })

  it('fails a command that is not in the image', async () => {
    await using job = await newJob()
    const { path } = await busyboxLayout(job)
    const { error } = await runCleanly(job, { layout: path, command: '/bin/nothing' })
    expect(error?.message).toContain('Its program is not in the image')
  })

  it('fails a command that runs too long, and ends it', async () => {
    await using job = await newJob()
    const { path } = await busyboxLayout(job)
    const inputs = { layout: path, command: '/bin/busybox\nsleep\n60', timeout: '1s' }
    const { error } = await runCleanly(job, inputs)
    expect(error?.message).toContain('It was still running after 1 s')
  })

  it('fails at once when the service exits before it answers', async () => {
    await using job = await newJob()
    const config = { Entrypoint: ['/bin/sh', '-c', 'echo no database; exit 4'] }
    const { path } = await busyboxLayout(job, { config })
    const start = Date.now()
    const { error } = await runCleanly(job, { layout: path, 'http-port': '8080' })
    expect(error?.message).toContain('It did not stay up to answer. It ended with exit status 4.')
    expect(error?.message).toContain('no database')
    expect(Date.now() - start).toBeLessThan(20_000)
  })

  it('fails a service with another status, and says which', async () => {
    await using job = await newJob()
    const { path } = await busyboxLayout(job)
    const inputs = { layout: path, 'http-port': '8080', 'http-path': '/no', timeout: '1s' }
    const { error } = await runCleanly(job, inputs)
    expect(error?.message).toContain(
      'It did not answer with 200 within 1 s; last, it answered with 404.',
    )
    const wanted = await runCleanly(job, { ...inputs, 'http-status': '404' })
    expect(wanted.runner.outputs).toMatchObject({ result: 'passed' })
  })

  it('fails a service that listens elsewhere', async () => {
    await using job = await newJob()
    const { path } = await busyboxLayout(job)
    const inputs = { layout: path, 'http-port': '9090', timeout: '1s' }
    const { error } = await runCleanly(job, inputs)
    expect(error?.message).toContain('last, it gave no answer')
  })

  it('leaves nothing when it is cancelled: post removes what runs', async () => {
    await using job = await newJob()
    const { path } = await busyboxLayout(job)
    const cancellation = new AbortController()
    const step = runTest(
      job,
      { layout: path, command: shell('trap "" TERM; echo up; while :; do busybox sleep 1; done') },
      environment,
      cancellation.signal,
    )
    await running(job)
    cancellation.abort()
    const { runner, error } = await step
    expect(error?.message).toMatch(/abort/i)
    expect(await leftovers(job)).not.toBe('')
    await post(recordingRunner({ folder: job.folder, environment, state: runner.states }))
    expect(await leftovers(job)).toBe('')
  })
})

async function running(job: Job): Promise<void> {
  const filter = ['--filter', `name=${newName(job)}`, '--filter', 'status=running']
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { stdout } = await run('podman', ['ps', '--quiet', ...filter], { env: environment })
    if (stdout.trim() !== '') return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('No container came up')
}
