import { describe, expect, it } from '@jest/globals'
import { renderCsv, renderHtml, renderJson } from '../../src/index.ts'
import { sampleFinding } from '../sample-finding.ts'
import { digest, judged, sampleReport, sampleWaiver } from './sample-report.ts'

const waiver = sampleWaiver()
const findings = [
  judged({ id: 'CVE-2' }, { outcome: 'waived', reason: 'not reachable', waiver }),
  judged(),
  judged({ id: 'CVE-3' }, { outcome: 'in-grace', reason: 'x', until: new Date('2026-12-01') }),
]

describe('renderJson', () => {
  it('has a versioned schema, the verdict, counts and every finding, worst first', () => {
    const report = JSON.parse(renderJson(sampleReport(findings))) as Record<string, unknown>
    expect(report).toMatchObject({
      schema: 'oke-pipeline/scan-report/v1',
      image: { digest, base: 'docker.io/library/node:22' },
      verdict: 'fail',
      counts: { blocking: { high: 1 }, found: { high: 3 }, outcomes: { waived: 1, blocks: 1 } },
      advice: [{ action: 'upgrade', name: 'left-pad', to: '1.0.1', fixes: ['CVE-2026-0001'] }],
      findings: [
        { id: 'CVE-2026-0001', decision: { outcome: 'blocks' }, source: { file: 'Dockerfile' } },
        { id: 'CVE-3', decision: { outcome: 'in-grace', until: '2026-12-01T00:00:00.000Z' } },
        {
          id: 'CVE-2',
          decision: { waiver: { owner: '@team', file: '.github/waivers.yml', line: 3 } },
        },
      ],
    })
  })

  it('is the same for the same report', () => {
    expect(renderJson(sampleReport(findings))).toBe(renderJson(sampleReport(findings)))
  })

  it('says what became of a baseline', () => {
    const baseline = {
      source: 'x',
      unusable: undefined,
      isGating: true,
      added: [sampleFinding()],
      fixed: [],
    }
    const report = JSON.parse(renderJson(sampleReport([], { baseline }))) as Record<string, unknown>
    expect(report).toMatchObject({ baseline: { source: 'x', added: [{ id: 'CVE-2026-0001' }] } })
  })
})

describe('renderCsv', () => {
  it('has a row for each finding', () => {
    const [header, first, ...rest] = renderCsv(sampleReport(findings)).trimEnd().split('\r\n')
    expect(header?.split(',').slice(0, 6)).toEqual([
      'outcome',
      'reason',
      'kind',
      'id',
      'aliases',
      'severity',
    ])
    expect(first).toMatch(
      /^blocks,it is high or worse,vulnerability,CVE-2026-0001,,high,left-pad,1\.0\.0,npm,1\.0\.1,/,
    )
    expect(rest).toHaveLength(2)
    expect(rest[1]).toMatch(/@team,2026-12-24T00:00:00\.000Z$/)
  })

  it('quotes what has commas and quotes', () => {
    expect(renderCsv(sampleReport([judged({ title: 'a "b", c' })]))).toContain('"a ""b"", c"')
  })
})

describe('renderHtml', () => {
  it('shows verdict, advice, findings and where they come from', () => {
    const text = renderHtml(sampleReport(findings))
    for (const part of [
      'Scan gate closed by 1 finding',
      'Upgrade',
      'CVE-2026-0001',
      'not reachable',
      digest,
    ]) {
      expect(text).toContain(part)
    }
    expect(text).toContain('name="viewport"')
    expect(text).toContain('prefers-color-scheme: dark')
  })

  it('shows the worst of very many', () => {
    const many = Array.from({ length: 5000 }, (_, index) => judged({ id: `CVE-${index}` }))
    const text = renderHtml(sampleReport(many))
    expect(text.match(/<details/g)).toHaveLength(2000)
    expect(text).toContain('… 3000 more')
  })
})
