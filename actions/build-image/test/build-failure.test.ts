import { describe, expect, it } from '@jest/globals'
import type { ReportedError } from '@oke-pipeline/core'
import { buildFailure } from '../src/build-failure.ts'
import { request } from './build-requests.ts'

const asked = request({ context: { kind: 'folder', path: 'app' } })

function failure(said: string, failedOutput: readonly string[] = []): ReportedError {
  const progress = { said, failedOutput, steps: [], warnings: [] }
  return buildFailure(asked, { title: 'buildx', exitCode: 1, progress })
}

const said = `#5 ERROR: process "/bin/false" did not complete successfully: exit code: 1
------
Dockerfile:12
--------------------
  11 |     COPY . .
  12 | >>> RUN /bin/false
--------------------
ERROR: failed to solve: process "/bin/false" did not complete successfully: exit code: 1
`

describe('buildFailure', () => {
  it('points at the instruction that failed', () => {
    const error = failure(said)
    expect(error.place).toEqual({ file: 'app/Dockerfile', line: 12 })
    expect(error.message).toContain('Build of "app/Dockerfile" failed')
    expect(error.message).toContain('exit code: 1')
  })

  it('does without a place when the builder names none', () => {
    expect(failure('ERROR: no builder "x" found\n').place).toBeUndefined()
  })

  it('quotes what the failing step printed, without what a terminal would obey', () => {
    const error = failure('ERROR: exit code: 1', ['\u001b[31mnot ok\u001b[0m', 'a\rb'])
    expect(error.message).toContain('not ok\nb\nERROR: exit code: 1')
  })

  it.each([
    { said: 'ERROR: write /x: no space left on device', remedy: 'free space' },
    { said: 'ERROR: exec /bin/sh: exec format error', remedy: 'docker/setup-qemu-action' },
    { said: 'ERROR: target stage "x" could not be found', remedy: 'Check "target"' },
    { said: 'Error: The target "x" was not found in the provided Dockerfile', remedy: '"target"' },
    { said: 'ERROR: failed to resolve source metadata for docker.io/x', remedy: 'base image' },
    { said: 'ERROR: failed to calculate checksum: "/no": not found', remedy: '.dockerignore' },
  ])('says what to do about: $said', ({ said: text, remedy }) => {
    expect(failure(text).remedy).toContain(remedy)
  })

  it.each([
    'ERROR: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF',
    'error: failed to solve: Unavailable: error reading from server: EOF',
  ])('tells a builder that went away from a build that failed: %s', (text) => {
    expect(failure(text)).toMatchObject({ name: 'ServiceError', isRetryable: true })
  })

  it('takes a full disk for the cause of a stream that broke', () => {
    const error = failure(
      'ERROR: failed to receive status: rpc error: code = Canceled desc = grpc: closing\nERROR: failed to copy: write /layout/data: no space left on device',
    )
    expect(error).toMatchObject({ name: 'ConfigurationError' })
    expect(error.remedy).toContain('free space')
  })
})
