import { describe, expect, it } from '@jest/globals'
import {
  baselineOf,
  defaultGatePolicy,
  judge,
  reevaluate,
  reportedVulnerabilities,
  verdictContent,
} from '../../src/index.ts'
import type { ScanFacts } from '../../src/index.ts'
import { answered, digests, sampleContext, waiversOf } from '../gate/sample-context.ts'
import { sampleFinding } from '../sample-finding.ts'

const scan: ScanFacts = {
  scanners: [
    {
      name: 'grype',
      version: '0.120.1',
      database: { built: new Date('2026-11-25T06:00:00Z'), schemaVersion: '6' },
    },
  ],
  platforms: [{ name: 'linux/amd64', digest: digests.amd64 }],
  startedAt: new Date('2026-11-25T11:59:00Z'),
  finishedAt: new Date('2026-11-25T12:00:00Z'),
}

const findings = [
  sampleFinding({ aliases: ['GHSA-1'], publishedAt: new Date('2026-11-20T00:00:00Z') }),
  sampleFinding({
    id: 'CVE-2026-0002',
    severity: 'medium',
    ratings: [{ source: 'nvd', severity: 'medium', score: 5.2, vector: undefined }],
    epss: { probability: 0.4, percentile: 0.9 },
  }),
  sampleFinding({
    kind: 'secret',
    id: 'aws-key',
    package: undefined,
    place: { path: '/a', line: 3 },
  }),
]

/** As it comes back from where it was kept. */
function kept(content: unknown): Readonly<Record<string, unknown>> {
  const back: unknown = JSON.parse(JSON.stringify(content))
  return typeof back === 'object' && back !== null ? { ...back } : {}
}

const context = { ...sampleContext(), longestDays: 30 }

describe('verdictContent', () => {
  it('says what the verdict rests on', () => {
    const waivers = waiversOf(`{ id: GHSA-1, ${answered} }`)
    const baseline = baselineOf([], 'production')
    const judgement = judge(findings, sampleContext({ waivers, baseline }))
    expect(kept(verdictContent(judgement, scan))).toMatchObject({
      schema: 'oke-pipeline/scan-verdict/v1',
      verdict: 'fail',
      digest: digests.index,
      at: '2026-11-25T12:00:00.000Z',
      mode: 'enforce',
      policyHash: judgement.policyHash,
      scanners: [
        {
          name: 'grype',
          version: '0.120.1',
          database: { built: '2026-11-25T06:00:00.000Z', schemaVersion: '6' },
        },
      ],
      counts: { high: 2, medium: 1 },
      waivers: [
        { ids: ['GHSA-1'], owner: 'team-a', expires: '2027-01-01T00:00:00.000Z', findings: 1 },
      ],
      baseline: { source: 'production', added: 3, fixed: 0 },
      findings: [
        { id: 'CVE-2026-0001', outcome: 'waived' },
        { id: 'CVE-2026-0002', outcome: 'below-policy' },
        { id: 'aws-key', outcome: 'blocks' },
      ],
    })
  })
})

describe('reportedVulnerabilities', () => {
  it('names each vulnerability once, and nothing else', () => {
    const judgement = judge([...findings, ...findings], sampleContext())
    expect(reportedVulnerabilities(judgement)).toEqual([
      { id: 'CVE-2026-0001', severity: [{ method: 'scanner', score: 'high' }] },
      {
        id: 'CVE-2026-0002',
        severity: [
          { method: 'scanner', score: 'medium' },
          { method: 'nvd', score: 'medium' },
          { method: 'nvd_cvss_score', score: '5.2' },
        ],
      },
    ])
  })
})

describe('reevaluate', () => {
  const content = kept(verdictContent(judge(findings, sampleContext()), scan))

  it('comes to the same by the same policy', () => {
    const before = judge(findings, sampleContext({ platforms: scan.platforms }))
    const again = reevaluate(content, context)
    expect(again.verdict).toBe('fail')
    expect(again.outcomes).toEqual(before.outcomes)
    expect(again.findings.map(({ decision }) => decision)).toEqual(
      before.findings.map(({ decision }) => decision),
    )
    expect(again.warnings[0]).toContain('Judged by a scan of 2026-11-25T12:00:00.000Z')
  })

  it.each([
    { name: 'a laxer policy', rules: [{ severity: 'critical' as const }], blocks: 1 },
    { name: 'a stricter policy', rules: [{ severity: 'medium' as const }], blocks: 3 },
    { name: 'a policy by EPSS', rules: [{ epss: 0.3 }], blocks: 2 },
  ])('goes by $name of today', ({ rules, blocks }) => {
    const today = { ...sampleContext({ rules }), longestDays: 30 }
    expect(reevaluate(content, today).outcomes.blocks).toBe(blocks)
  })

  it('goes by the waivers and the date of today', () => {
    const waivers = waiversOf(`{ ids: [CVE-2026-0001, aws-key], ${answered} }`)
    expect(reevaluate(content, { ...context, waivers }).verdict).toBe('pass')
    const later = { ...context, waivers, now: new Date('2027-01-02T00:00:00Z'), longestDays: 90 }
    expect(reevaluate(content, later).verdict).toBe('fail')
  })

  it('takes a grace period that has run out for over', () => {
    const rules = [{ severity: 'high', grace: { since: 'published', days: { high: 10 } } }] as const
    const policy = { ...sampleContext({ rules }).policy, secrets: false }
    expect(reevaluate(content, { ...context, policy }).verdict).toBe('pass')
    const later = { ...context, policy, now: new Date('2026-12-01T00:00:00Z') }
    expect(reevaluate(content, later).verdict).toBe('fail')
  })

  it('refuses a scan that is too old, or from the future', () => {
    const at = (now: string) => () => reevaluate(content, { ...context, now: new Date(now) })
    expect(at('2026-12-26T00:00:00Z')).toThrow('The scan verdict is too old')
    expect(at('2026-11-20T00:00:00Z')).toThrow('The scan verdict is too old')
  })

  it('refuses the verdict of another image', () => {
    expect(() => reevaluate(content, { ...context, digest: digests.other })).toThrow(
      `The scan verdict is not about ${digests.other}: It is about ${digests.index}.`,
    )
  })

  it.each([
    { name: 'nothing', content: undefined },
    { name: 'another version', content: { schema: 'oke-pipeline/scan-verdict/v2' } },
    { name: 'no findings', content: { ...content, findings: undefined } },
    { name: 'no scanner', content: { ...content, scanners: [] } },
    {
      name: 'a finding without severity',
      content: { ...content, findings: [{ kind: 'vulnerability', id: 'A' }] },
    },
  ])('refuses $name', ({ content: broken }) => {
    expect(() => reevaluate(broken, context)).toThrow('The scan verdict is not usable')
  })

  it('keeps the policy of today in the verdict', () => {
    expect(reevaluate(content, context).policy).toEqual(defaultGatePolicy)
  })
})
