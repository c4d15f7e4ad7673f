import { readFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import { openLayout, writeArchive } from '@oke-pipeline/image'
import { recordingRunner } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { newName } from '../src/clean-up.ts'
import { post } from '../src/post.ts'
import { busyboxLayout, foreign, native, shell } from './busybox-layout.ts'
import { leftovers, untilRunning } from './leftovers.ts'
import { newJob, runTest } from './test-harness.ts'
import type { Job, StepOutcome } from './test-harness.ts'

const { environment } = currentLab()

describe.each(['podman', 'docker'] as const)('test-image with %s', (runtime) => {
  const place = { runtime, environment }

  /** Runs the action, and checks that it leaves nothing. */
  async function runCleanly(
    job: Job,
    inputs: Readonly<Record<string, string>>,
    variables: Readonly<Record<string, string>> = environment,
  ): Promise<StepOutcome> {
    const outcome = await runTest(job, { runtime, ...inputs }, variables)
    expect(await leftovers(place, newName(job))).toEqual([])
    return outcome
  }

  it('passes an image whose command succeeds and whose service answers', async () => {
    await using job = await newJob()
    const { path, digest } = await busyboxLayout(job)
    const inputs = { layout: path, digest, command: '/bin/busybox\ntrue', 'http-port': '8080' }
    const { runner, error } = await runCleanly(job, inputs)
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ result: 'passed', digest, runtime, tests: '2' })
    const report: unknown = JSON.parse(await readFile(runner.outputs.report ?? '', 'utf8'))
    expect(report).toMatchObject({
      schema: 'test-image/v2',
      digest,
      imageDigest: digest,
      result: 'passed',
      runtime: { name: runtime, because: 'the input "runtime" names it' },
      tests: [
        {
          kind: 'command',
          name: 'Command /bin/busybox true',
          result: 'passed',
          observed: 'exit status 0',
        },
        { kind: 'http', name: 'GET / on port 8080', result: 'passed' },
      ],
    })
  })

  it('runs an image out of the tar of a layout', async () => {
    await using job = await newJob()
    const { path, digest } = await busyboxLayout(job)
    const archive = `${path}.tar`
    await writeArchive(await openLayout(path), archive)
    const inputs = { layout: archive, digest, command: '/bin/busybox\ntrue' }
    const { runner, error } = await runCleanly(job, inputs)
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ result: 'passed', digest, tests: '1' })
  })

  it('runs what was built for this machine out of an index', async () => {
    await using job = await newJob()
    const { path, digest } = await busyboxLayout(job, { platforms: [foreign, native] })
    const inputs = { layout: path, digest, command: '/bin/busybox\ntrue' }
    const { runner, error } = await runCleanly(job, inputs)
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ result: 'passed', digest })
  })

  it('runs an image whose manifest has Docker’s media types', async () => {
    await using job = await newJob()
    const { path, digest } = await busyboxLayout(job, { format: 'docker' })
    const inputs = { layout: path, digest, command: '/bin/busybox\ntrue' }
    const { runner } = await runCleanly(job, inputs)
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
    expect(runner.outputs).toMatchObject({ result: 'failed', failed: '1' })
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
    expect(error?.message).toMatch(/It did not stay up to answer .*ended with exit status 4\./)
    expect(error?.message).toContain('no database')
    expect(Date.now() - start).toBeLessThan(20_000)
  })

  it('fails a service with another status, and says which', async () => {
    await using job = await newJob()
    const { path } = await busyboxLayout(job)
    const inputs = { layout: path, 'http-port': '8080', 'http-path': '/no', timeout: '1s' }
    const { error } = await runCleanly(job, inputs)
    expect(error?.message).toMatch(
      /It did not answer GET \/no with 200 .* within 1 s; last, it answered with 404\./,
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
    const script = 'trap "" TERM; echo up; while :; do busybox sleep 1; done'
    const step = runTest(
      job,
      { runtime, layout: path, command: shell(script) },
      environment,
      cancellation.signal,
    )
    await untilRunning(place, newName(job))
    cancellation.abort()
    const { runner, error } = await step
    expect(error?.message).toMatch(/abort/i)
    expect(await leftovers(place, newName(job))).not.toEqual([])
    await post(recordingRunner({ folder: job.folder, environment, state: runner.states }))
    expect(await leftovers(place, newName(job))).toEqual([])
  })
})
