import { describe, expect, it } from '@jest/globals'
import { parseDigest } from '@oke-pipeline/image'
import { findingOf, judgeByCutoff } from '@oke-pipeline/scan'
import type { Finding, ScanReport, Policy } from '@oke-pipeline/scan'
import { thresholdOf } from '../src/close-gate.ts'
import { describeFinding } from '../src/describe-finding.ts'
import { renderSummary } from '../src/render-summary.ts'
import type { GateResult } from '../src/run.ts'

const digest = parseDigest(`sha256:${'ab'.repeat(32)}`)
const strict: Policy = { cutoff: 'high', onlyFixed: false, failOnUnknown: true }

function finding(changes: Partial<Finding> = {}): Finding {
  return findingOf({
    kind: 'vulnerability',
    id: 'CVE-2026-0001',
    severity: 'high',
    package: {
      name: 'left-pad',
      version: '1.0.0',
      type: 'npm',
      purl: undefined,
      path: '/app/package.json',
    },
    isFixed: true,
    fixedIn: ['1.0.1'],
    ...changes,
  })
}

function resultWith(findings: readonly Finding[], changes: Partial<GateResult> = {}): GateResult {
  const report: ScanReport = {
    format: 'grype',
    digest,
    binding: 'manifest',
    scannedAt: undefined,
    platform: undefined,
    operatingSystem: undefined,
    packageCount: undefined,
    scanner: { name: 'grype', version: '0.120.1' },
    database: { built: new Date('2026-11-24T00:00:00Z'), schemaVersion: 'v6.1.10' },
    findings,
    ignoredCount: 0,
    alerts: [],
  }
  return {
    digest,
    judgement: judgeByCutoff(findings, strict),
    policy: strict,
    images: [{ platform: 'linux/amd64', report, reportPath: '/temp/report.json' }],
    mode: 'enforce',
    at: new Date('2026-11-24T06:00:00Z'),
    seconds: 1.5,
    ...changes,
  }
}

describe('renderSummary', () => {
  it('names image, scanner and the age of the database', () => {
    const summary = renderSummary(resultWith([]))
    expect(summary).toContain('Scan gate open')
    expect(summary).toContain(digest)
    expect(summary).toContain('grype 0.120.1 with a database built 2026-11-24T00:00:00.000Z, 6 h')
  })

  it('shows what closes the gate, and folds the rest', () => {
    const low = finding({ id: 'CVE-2026-0002', severity: 'low' })
    const summary = renderSummary(resultWith([finding(), low]))
    const [shown, folded] = summary.split('<details>')
    expect(shown).toContain('CVE-2026-0001')
    expect(shown).not.toContain('CVE-2026-0002')
    expect(folded).toContain('CVE-2026-0002')
  })

  it('cannot be broken by what a package calls itself', () => {
    const evil = {
      name: '<img src=x>|`',
      version: '1\n::error::x',
      type: 'npm',
      purl: undefined,
      path: undefined,
    }
    const summary = renderSummary(resultWith([finding({ package: evil })]))
    expect(summary).not.toContain('<img')
    expect(summary).not.toMatch(/^::error/m)
  })

  it('stays small with thousands of findings', () => {
    const many = Array.from({ length: 5000 }, (_, index) => finding({ id: `CVE-${index}` }))
    const summary = renderSummary(resultWith(many))
    expect(summary.length).toBeLessThan(30_000)
    expect(summary).toContain('… 4950 more')
  })

  it('says that it only warns', () => {
    expect(renderSummary(resultWith([finding()], { mode: 'warn' }))).toContain('only warning')
  })
})

describe('describeFinding', () => {
  it.each([
    { changes: {}, text: 'high CVE-2026-0001 in left-pad 1.0.0 (fixed in 1.0.1)' },
    {
      changes: { fixedIn: ['1.2.6', '0.2.4'] },
      text: 'high CVE-2026-0001 in left-pad 1.0.0 (fixed in 1.2.6)',
    },
    {
      changes: { fixedIn: [] },
      text: 'high CVE-2026-0001 in left-pad 1.0.0 (fixed, version not named)',
    },
    {
      changes: { fixedIn: [], isFixed: false },
      text: 'high CVE-2026-0001 in left-pad 1.0.0 (no fix yet)',
    },
  ])('$text', ({ changes, text }) => {
    expect(describeFinding(finding(changes))).toBe(text)
  })
})

describe('thresholdOf', () => {
  it.each([
    { policy: strict, text: 'high or worse, or not rated' },
    {
      policy: { cutoff: 'critical', onlyFixed: true, failOnUnknown: false } as const,
      text: 'critical, with a fix',
    },
  ])('$text', ({ policy, text }) => {
    expect(thresholdOf({ policy })).toBe(text)
  })
})
