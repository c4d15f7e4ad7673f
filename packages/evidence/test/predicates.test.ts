import { describe, expect, it } from '@jest/globals'
import * as v from 'valibot'
import {
  testResultPredicate,
  testResultSchema,
  vulnerabilitiesPredicate,
  vulnerabilitiesSchema,
} from '../src/index.ts'
import type { ScanRun, TestRun } from '../src/index.ts'

const run: TestRun = {
  result: 'PASSED',
  configuration: [{ name: 'tests.yml', digest: { sha256: 'ab' } }],
  passed: ['answers'],
  failed: [],
  warned: [],
  url: 'https://github.invalid/acme/hello/actions/runs/1',
}

describe('testResultPredicate', () => {
  it('is what the specification says, and what the reader reads', () => {
    const predicate = testResultPredicate(run)
    expect(predicate).toEqual({
      result: 'PASSED',
      configuration: run.configuration,
      url: run.url,
      passedTests: ['answers'],
      warnedTests: [],
      failedTests: [],
    })
    expect(v.parse(testResultSchema, predicate)).toEqual(predicate)
  })

  it('leaves out what is not known', () => {
    expect(testResultPredicate({ ...run, url: undefined })).not.toHaveProperty('url')
  })

  it.each([
    { name: 'passed with a failed test', change: { failed: ['starts'] } },
    { name: 'passed with a warning', change: { warned: ['starts'] } },
    { name: 'passed without any test', change: { passed: [] } },
    { name: 'failed without a failed test', change: { result: 'FAILED' } },
  ] as const)('refuses to claim that a run $name', ({ change }) => {
    expect(() => testResultPredicate({ ...run, ...change })).toThrow('A test result of')
  })

  it.each([
    { result: 'FAILED', failed: ['starts'] },
    { result: 'FAILED', passed: [] },
    { result: 'WARNED', warned: ['is quick'] },
  ] as const)('claims $result', (change) => {
    expect(testResultPredicate({ ...run, ...change }).result).toBe(change.result)
  })
})

const scan: ScanRun = {
  scanner: { uri: 'pkg:github/anchore/grype@v0.120.1', version: '0.120.1' },
  database: { version: '6', lastUpdate: new Date('2026-11-24T00:00:00Z') },
  found: [{ id: 'GHSA-xvch-5gv4-984h', severity: [{ method: 'ghsa', score: 'critical' }] }],
  startedOn: new Date('2026-11-25T00:00:00Z'),
  finishedOn: new Date('2026-11-25T00:00:01Z'),
}

describe('vulnerabilitiesPredicate', () => {
  it('is what the specification says, with the verdict beside it', () => {
    const predicate = vulnerabilitiesPredicate({ ...scan, verdict: { passed: false } })
    expect(predicate).toEqual({
      scanner: {
        ...scan.scanner,
        db: { version: '6', lastUpdate: '2026-11-24T00:00:00.000Z' },
        result: scan.found,
      },
      metadata: {
        scanStartedOn: '2026-11-25T00:00:00.000Z',
        scanFinishedOn: '2026-11-25T00:00:01.000Z',
      },
      okePipeline_verdict: { passed: false },
    })
    expect(v.parse(vulnerabilitiesSchema, predicate)).toEqual(predicate)
  })

  it('leaves out what is not known', () => {
    const unknown = { ...scan, scanner: { ...scan.scanner, version: undefined } }
    expect(vulnerabilitiesPredicate(unknown).scanner).not.toHaveProperty('version')
    expect(vulnerabilitiesPredicate(unknown)).not.toHaveProperty('okePipeline_verdict')
  })

  it('is not read when the age of the database is missing', () => {
    const made = vulnerabilitiesPredicate(scan)
    const predicate = { ...made, scanner: { ...made.scanner, db: { version: '6' } } }
    expect(v.safeParse(vulnerabilitiesSchema, predicate).success).toBe(false)
  })
})
