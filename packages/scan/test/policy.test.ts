import { describe, expect, it } from '@jest/globals'
import { judgeByCutoff as judge } from '../src/index.ts'
import type { Finding, Policy } from '../src/index.ts'
import { sampleFinding } from './sample-finding.ts'

const strict: Policy = { cutoff: 'high', onlyFixed: false, failOnUnknown: true }

interface Row {
  readonly name: string
  readonly finding: Partial<Finding>
  readonly policy: Partial<Policy>
  readonly verdict: 'pass' | 'fail'
}

const unfixed = { isFixed: false, fixedIn: [] }

const rows: readonly Row[] = [
  { name: 'high at high', finding: { severity: 'high' }, policy: {}, verdict: 'fail' },
  { name: 'critical at high', finding: { severity: 'critical' }, policy: {}, verdict: 'fail' },
  { name: 'medium at high', finding: { severity: 'medium' }, policy: {}, verdict: 'pass' },
  {
    name: 'high at critical',
    finding: { severity: 'high' },
    policy: { cutoff: 'critical' },
    verdict: 'pass',
  },
  {
    name: 'negligible at negligible',
    finding: { severity: 'negligible' },
    policy: { cutoff: 'negligible' },
    verdict: 'fail',
  },
  {
    name: 'high without a fix, all count',
    finding: { severity: 'high', ...unfixed },
    policy: {},
    verdict: 'fail',
  },
  {
    name: 'high without a fix, only fixed count',
    finding: { severity: 'high', ...unfixed },
    policy: { onlyFixed: true },
    verdict: 'pass',
  },
  {
    name: 'high with a fix that names no version, only fixed count',
    finding: { severity: 'high', isFixed: true, fixedIn: [] },
    policy: { onlyFixed: true },
    verdict: 'fail',
  },
  { name: 'not rated', finding: { severity: 'unknown' }, policy: {}, verdict: 'fail' },
  {
    name: 'not rated, at critical',
    finding: { severity: 'unknown' },
    policy: { cutoff: 'critical' },
    verdict: 'fail',
  },
  {
    name: 'not rated, and those may pass',
    finding: { severity: 'unknown' },
    policy: { failOnUnknown: false },
    verdict: 'pass',
  },
  {
    name: 'not rated and without a fix, only fixed count',
    finding: { severity: 'unknown', ...unfixed },
    policy: { onlyFixed: true },
    verdict: 'pass',
  },
]

describe('judge', () => {
  it.each(rows)('$name: $verdict', ({ finding, policy, verdict }) => {
    const findings = [sampleFinding(finding)]
    const judgement = judge(findings, { ...strict, ...policy })
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.failing).toEqual(verdict === 'fail' ? findings : [])
  })

  it('passes an image in which nothing was found', () => {
    expect(judge([], strict)).toEqual({
      verdict: 'pass',
      findings: [],
      failing: [],
      counts: { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 },
    })
  })

  it('counts what does not close the gate as well', () => {
    const findings = [
      sampleFinding({ severity: 'low' }),
      sampleFinding({ severity: 'low', id: 'CVE-2026-0002' }),
      sampleFinding({ severity: 'critical' }),
    ]
    const { counts } = judge(findings, strict)
    expect(counts).toEqual({ critical: 1, high: 0, medium: 0, low: 2, negligible: 0, unknown: 0 })
  })
})
