import { gzipSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import type { Log, Result, Run } from 'sarif'
import { renderSarif } from '../../src/index.ts'
import type { GateReport, JudgedFinding, SarifOptions } from '../../src/index.ts'
import { judged, sampleReport, sampleWaiver } from './sample-report.ts'
import { sarifProblems } from './sarif-schema.ts'

const options: SarifOptions = { category: 'scan-gate', includeSuppressed: true }

function runOf(report: GateReport, changes: Partial<SarifOptions> = {}): Run {
  const log = JSON.parse(renderSarif(report, { ...options, ...changes }).text) as Log
  expect(sarifProblems(log)).toEqual([])
  const [run] = log.runs
  if (run === undefined) throw new Error('There is no run')
  return run
}

function resultsOf(findings: readonly JudgedFinding[]): readonly Result[] {
  return runOf(sampleReport(findings)).results ?? []
}

function fingerprint(finding: JudgedFinding): string | undefined {
  return resultsOf([finding])[0]?.partialFingerprints?.primaryLocationLineHash
}

const waived = { outcome: 'waived', reason: 'not reachable', waiver: sampleWaiver() } as const

describe('renderSarif', () => {
  it('says what was found, in what, where it comes from and how to be rid of it', () => {
    const layer = { diffId: 'sha256:1', digest: undefined, origin: 'base' } as const
    const run = runOf(sampleReport([judged({ aliases: ['GHSA-1'], layer })]))
    expect(run.automationDetails?.id).toBe('scan-gate/')
    expect(run.tool.extensions).toEqual([{ name: 'grype', version: '0.120.1' }])
    expect(run.results).toMatchObject([
      {
        ruleId: 'CVE-2026-0001',
        ruleIndex: 0,
        level: 'error',
        message: {
          text: 'left-pad 1.0.0 has CVE-2026-0001, GHSA-1 (high). Fixed in 1.0.1. It comes from the base image. Found at /app/package.json. Closes the gate: it is high or worse.',
        },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'Dockerfile', uriBaseId: '%SRCROOT%' },
              region: { startLine: 4 },
            },
          },
        ],
      },
    ])
  })

  it('has one rule for all findings of an identifier, as bad as the worst of them', () => {
    const other = { name: 'other', version: '2', type: 'npm', purl: undefined, path: undefined }
    const run = runOf(
      sampleReport([judged({ severity: 'low' }), judged({ severity: 'critical', package: other })]),
    )
    expect(run.tool.driver.rules).toHaveLength(1)
    expect(run.tool.driver.rules?.[0]).toMatchObject({
      id: 'CVE-2026-0001',
      defaultConfiguration: { level: 'error' },
      properties: { 'security-severity': '9.6', tags: ['security', 'vulnerability', 'critical'] },
    })
    expect(run.results?.map(({ ruleIndex }) => ruleIndex)).toEqual([0, 0])
  })

  it.each([
    { severity: 'high', score: 7.5, shown: '7.5' },
    { severity: 'high', score: 9.8, shown: '8.9' },
    { severity: 'low', score: 0, shown: '0.1' },
    { severity: 'medium', score: undefined, shown: '5.5' },
    { severity: 'unknown', score: 9.8, shown: undefined },
  ] as const)('shows $severity with a score of $score as $shown', ({ severity, score, shown }) => {
    const ratings = [{ source: 'nvd', severity, score, vector: undefined }]
    const run = runOf(sampleReport([judged({ severity, ratings })]))
    expect(run.tool.driver.rules?.[0]?.properties?.['security-severity']).toBe(shown)
  })

  it('knows a finding again in the next build, and no other', () => {
    const version = (text: string): JudgedFinding =>
      judged({ package: { name: 'a', version: text, type: 'npm', purl: undefined, path: '/a' } })
    expect(fingerprint(version('1.0.0'))).toMatch(/^[0-9a-f]{32}:1$/)
    expect(fingerprint(version('1.0.0'))).toBe(fingerprint(version('1.0.1')))
    expect(fingerprint(version('1.0.0'))).not.toBe(fingerprint(judged()))
  })

  it('suppresses what is waived, or leaves it out for code scanning', () => {
    const report = sampleReport([judged(), judged({ id: 'CVE-2' }, waived)])
    expect(runOf(report).results?.map(({ suppressions }) => suppressions)).toEqual([
      undefined,
      [{ kind: 'external', status: 'accepted', justification: 'not reachable' }],
    ])
    expect(runOf(report, { includeSuppressed: false }).results).toHaveLength(1)
  })

  it('escapes the path of the file', () => {
    const report = {
      ...sampleReport([judged()]),
      placeOf: () => ({ file: 'my app/Dockerfile#1', line: 1 }),
    }
    const [result] = runOf(report).results ?? []
    expect(result?.locations?.[0]?.physicalLocation?.artifactLocation?.uri).toBe(
      'my%20app/Dockerfile%231',
    )
  })

  it('keeps the worst 25 000 results, and says what was left out', () => {
    const low = Array.from({ length: 25_100 }, (_, index) =>
      judged(
        { id: `CVE-2026-${index}`, severity: 'low' },
        { outcome: 'below-policy', reason: 'x' },
      ),
    )
    const report = sampleReport([...low, judged({ id: 'CVE-worst' })])
    expect(renderSarif(report, options).left).toBe(101)
    const run = runOf(report)
    expect(run.results).toHaveLength(25_000)
    expect(run.results?.[0]?.ruleId).toBe('CVE-worst')
    expect(run.invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toContain(
      '101 findings are left out',
    )
  })

  it('stays within the size that GitHub takes', () => {
    const many = Array.from({ length: 400 }, (_, index) => judged({ id: `CVE-2026-${index}` }))
    const { text, left } = renderSarif(sampleReport(many), { ...options, limitBytes: 20_000 })
    expect(left).toBe(200)
    expect(gzipSync(text).byteLength).toBeLessThan(20_000)
    expect((JSON.parse(text) as Log).runs[0]?.results).toHaveLength(200)
  })

  it('is a report where nothing was found, too: it closes alerts', () => {
    expect(runOf(sampleReport([])).results).toEqual([])
  })
})
