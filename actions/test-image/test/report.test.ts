import { describe, expect, it } from '@jest/globals'
import { renderSummary } from '../src/render-summary.ts'
import { testFailure } from '../src/test-failure.ts'
import type { CommandCheck, HttpCheck, TestReport } from '../src/test-report.ts'

const command: CommandCheck = {
  kind: 'command',
  command: ['/bin/app', '--self-test'],
  result: 'passed',
  reason: undefined,
  exitCode: 0,
  seconds: 0.4,
  lastLines: ['all good'],
}

const http: HttpCheck = {
  kind: 'http',
  port: 8080,
  path: '/healthz',
  expectedStatus: 200,
  result: 'failed',
  reason: 'It did not stay up to answer. It ended with exit status 3.',
  attempts: 2,
  status: undefined,
  exitCode: 3,
  seconds: 1.2,
  lastLines: ['<script>', 'boom'],
}

function reportOf(checks: TestReport['checks']): TestReport {
  return {
    schema: 'test-image/v1',
    digest: `sha256:${'ab'.repeat(32)}`,
    imageDigest: `sha256:${'ab'.repeat(32)}`,
    platform: 'linux/amd64',
    result: checks.every(({ result }) => result === 'passed') ? 'passed' : 'failed',
    engine: { name: 'podman', version: '5.8.4' },
    startedAt: '2026-11-24T06:00:00.000Z',
    seconds: 1.6,
    checks,
  }
}

describe('testFailure', () => {
  it('is none when everything passed', () => {
    expect(testFailure(reportOf([command]))).toBeUndefined()
  })

  it('says what failed, why, and what was written last', () => {
    const failure = testFailure(reportOf([command, http]))
    expect(failure?.message).toContain('Image failed its test')
    expect(failure?.message).toContain('GET /healthz on port 8080: It did not stay up')
    expect(failure?.message).toContain('Last lines:\n<script>\nboom')
    expect(failure?.message).not.toContain('--self-test')
  })
})

describe('renderSummary', () => {
  it('shows each test with what was observed', () => {
    const good: HttpCheck = { ...http, result: 'passed', reason: undefined, status: 200 }
    const summary = renderSummary(reportOf([command, good]))
    expect(summary).toContain('Image tested')
    expect(summary).toContain('exit status 0')
    expect(summary).toContain('status 200')
    expect(summary).not.toContain('<details>')
  })

  it('shows the last lines of a failed test, and nothing that they could do', () => {
    const summary = renderSummary(reportOf([http]))
    expect(summary).toContain('Image failed its test')
    expect(summary).toContain('boom')
    expect(summary).not.toContain('<script>')
  })
})
