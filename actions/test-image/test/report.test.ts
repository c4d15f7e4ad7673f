import { describe, expect, it } from '@jest/globals'
import { junitXml } from '../src/report/junit.ts'
import { redactor } from '../src/report/redactor.ts'
import { renderSummary } from '../src/report/render-summary.ts'
import { resultLog } from '../src/report/result-log.ts'
import { testAnnotations, testFailure } from '../src/report/test-failure.ts'
import type { TestReport, TestResult } from '../src/report/test-report.ts'

const command: TestResult = {
  kind: 'command',
  name: 'Command /bin/app --self-test',
  result: 'passed',
  failures: [],
  observed: 'exit status 0',
  seconds: 0.4,
  lastLines: ['all good'],
}

const http: TestResult = {
  kind: 'http',
  name: 'answers',
  result: 'failed',
  failures: ['It did not stay up to answer. It ended with exit status 3.'],
  observed: 'failed',
  seconds: 1.2,
  place: { file: 'tests.yml', line: 7, column: 3 },
  lastLines: ['<script>', '::error::boom', 'a & b ]]>'],
}

function reportOf(tests: TestReport['tests']): TestReport {
  return {
    schema: 'test-image/v2',
    digest: `sha256:${'ab'.repeat(32)}`,
    imageDigest: `sha256:${'ab'.repeat(32)}`,
    platform: 'linux/amd64',
    result: tests.every(({ result }) => result === 'passed') ? 'passed' : 'failed',
    runtime: { name: 'podman', version: '5.8.4', because: 'it works here' },
    startedAt: '2026-11-24T06:00:00.000Z',
    seconds: 1.6,
    tests,
  }
}

describe('testFailure', () => {
  it('is none when everything passed', () => {
    expect(testFailure(reportOf([command]))).toBeUndefined()
  })

  it('says what failed, why, and what was written last', () => {
    const failure = testFailure(reportOf([command, http]))
    expect(failure?.message).toContain('Image failed 1 of 2 tests')
    expect(failure?.message).toContain('answers: It did not stay up')
    expect(failure?.message).toContain('Last lines:\n<script>\n')
    expect(failure?.message).not.toContain('--self-test')
  })
})

describe('testAnnotations', () => {
  it('names the line of each failed test that is in a file', () => {
    const inline = { ...command, result: 'failed', failures: ['x'] } as const
    expect(testAnnotations(reportOf([command, http, inline]))).toEqual([
      {
        level: 'error',
        title: 'Test failed: answers',
        message: 'It did not stay up to answer. It ended with exit status 3.',
        place: { file: 'tests.yml', line: 7, column: 3 },
      },
    ])
  })
})

describe('renderSummary', () => {
  it('shows each test with what was observed', () => {
    const summary = renderSummary(reportOf([command]))
    expect(summary).toContain('Image passed one test')
    expect(summary).toContain('exit status 0')
    expect(summary).not.toContain('<details>')
  })

  it('shows what failed first, its last lines, and nothing that they could do', () => {
    const summary = renderSummary(reportOf([command, http]))
    expect(summary).toContain('Image failed 1 of 2 tests')
    expect(summary.indexOf('answers')).toBeLessThan(summary.indexOf('self'))
    expect(summary).toContain('tests.yml:7')
    expect(summary).toContain('boom')
    expect(summary).not.toContain('<script>')
  })
})

describe('junitXml', () => {
  it('is what reporters read', () => {
    const xml = junitXml(
      reportOf([command, { ...http, lastLines: [...http.lastLines, 'a\u0000b'] }]),
    )
    expect(xml).toMatchInlineSnapshot(`
     "<?xml version="1.0" encoding="UTF-8"?>
     <testsuites name="test-image" tests="2" failures="1" errors="0" skipped="0" time="1.600">
       <testsuite name="test-image linux/amd64" tests="2" failures="1" errors="0" skipped="0" time="1.600" timestamp="2026-11-24T06:00:00" hostname="localhost">
         <properties>
           <property name="digest" value="sha256:abababababababababababababababababababababababababababababababab"/>
           <property name="runtime" value="podman 5.8.4"/>
         </properties>
         <testcase name="Command /bin/app --self-test" classname="test-image" time="0.400">
           <system-out>all good</system-out>
         </testcase>
         <testcase name="answers" classname="tests.yml" time="1.200" file="tests.yml" line="7">
           <failure message="It did not stay up to answer. It ended with exit status 3." type="http">It did not stay up to answer. It ended with exit status 3.</failure>
           <system-out>&lt;script&gt;
     ::error::boom
     a &amp; b ]]&gt;
     ab</system-out>
         </testcase>
       </testsuite>
     </testsuites>
     "
    `)
  })
})

describe('redactor', () => {
  it('takes out every form of a secret, longer ones first', () => {
    const redact = redactor(['hunter22', 'hunter22-and-more'])
    const base64 = Buffer.from('hunter22').toString('base64')
    expect(redact(`a hunter22 b hunter22-and-more c ${base64}`)).toBe('a *** b *** c ***')
  })
})

describe('resultLog', () => {
  it('writes results that come together one after the other', async () => {
    const lines: string[] = []
    const log = resultLog({
      info: (text) => void lines.push(text),
      debug: (text) => void lines.push(text),
      warning: (text) => void lines.push(text),
      async group(title, work) {
        lines.push(`> ${title}`)
        await Promise.resolve()
        const result = await work()
        await Promise.resolve()
        lines.push('<')
        return result
      },
    })
    await Promise.all([log(command), log(http)])
    expect(lines).toEqual([
      '> Command /bin/app --self-test: passed (exit status 0, 0.4 s)',
      'all good',
      '<',
      'answers: It did not stay up to answer. It ended with exit status 3.',
      '> answers: failed (failed, 1.2 s)',
      ...http.lastLines,
      '<',
    ])
  })
})
