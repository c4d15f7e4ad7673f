import { describe, expect, it } from '@jest/globals'
import { commentLimits, defaultGatePolicy, renderMarkdown } from '../../src/index.ts'
import type { Decision } from '../../src/index.ts'
import { sampleFinding } from '../sample-finding.ts'
import { digest, judged, sampleReport, sampleWaiver } from './sample-report.ts'

const below: Decision = { outcome: 'below-policy', reason: 'it is below high' }
const waived: Decision = { outcome: 'waived', reason: 'not reachable', waiver: sampleWaiver() }

describe('renderMarkdown', () => {
  it('says the verdict first, then what to do, then what closes the gate', () => {
    const summary = renderMarkdown(sampleReport([judged(), judged({ id: 'CVE-2' }, below)]))
    const parts = ['Scan gate closed by 1 finding', 'What to do', 'Upgrade', 'What closes the gate']
    const places = parts.map((part) => summary.indexOf(part))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    expect(summary).toContain(digest)
    expect(summary).toContain(
      'Upgrade <code>left-pad 1.0.0 to 1.0.1</code>: fixes 1 &#40;1 high&#41;',
    )
  })

  it('names the base image that is to be updated', () => {
    const layer = { diffId: 'sha256:1', digest: undefined, origin: 'base' } as const
    expect(renderMarkdown(sampleReport([judged({ layer })]))).toContain(
      'Update the base image <code>docker.io/library/node:22</code>: fixes 1',
    )
  })

  it('folds what is waived, with owner, expiry and place', () => {
    const summary = renderMarkdown(sampleReport([judged({}, waived)]))
    const [shown, folded] = summary.split('<summary>Waived: 1</summary>')
    expect(shown).toContain('Scan gate open')
    expect(shown).not.toContain('not reachable')
    expect(folded).toContain('&#64;team | 2026-12-24 | not reachable | <code>.github/waivers.yml:3')
  })

  it('says which waivers somebody should look at', () => {
    const waivers = {
      used: [],
      expired: [sampleWaiver({ ids: ['CVE-1'], expires: new Date('2026-11-01T00:00:00Z') })],
      unused: [sampleWaiver({ ids: ['CVE-2'] })],
      expiringSoon: [sampleWaiver({ ids: ['CVE-3'] })],
      incomplete: [sampleWaiver({ ids: ['CVE-4'], lacks: ['owner', 'expiry'] })],
      refused: [{ waiver: sampleWaiver({ ids: ['CVE-5'] }), reason: 'It is too long.' }],
    }
    const summary = renderMarkdown(sampleReport([], { waivers }))
    for (const note of [
      'CVE-1 of &#64;team &#40;.github/waivers.yml:3&#41; expired on 2026-11-01',
      'CVE-2 of &#64;team &#40;.github/waivers.yml:3&#41; is for nothing',
      'CVE-3 of &#64;team &#40;.github/waivers.yml:3&#41; expires on 2026-12-24',
      'CVE-4 of &#64;team &#40;.github/waivers.yml:3&#41; has no owner, no expiry',
      'CVE-5 of &#64;team &#40;.github/waivers.yml:3&#41; does not count: It is too long.',
    ]) {
      expect(summary).toContain(note)
    }
  })

  it('shows what is new and what is fixed against the baseline', () => {
    const baseline = {
      source: 'production',
      unusable: undefined,
      isGating: true,
      added: [sampleFinding()],
      fixed: [sampleFinding({ id: 'CVE-2025-1' }), sampleFinding({ id: 'CVE-2025-2' })],
    }
    const findings = [
      judged({}, undefined, true),
      judged({ id: 'CVE-2' }, { outcome: 'not-new', reason: 'x' }, false),
    ]
    const summary = renderMarkdown(sampleReport(findings, { baseline }))
    expect(summary).toContain('Against <code>production</code>: 1 finding is new, 2 fixed.')
    expect(summary).toContain('<summary>Fixed: 2 &#40;2 high&#41;</summary>')
    expect(summary).toContain('| New | 0 | 1 |')
  })

  it('says loudly that a baseline could not be used', () => {
    const baseline = {
      source: 'production',
      unusable: 'It was not found.',
      isGating: true,
      added: [],
      fixed: [],
    }
    expect(renderMarkdown(sampleReport([], { baseline }))).toContain(
      'it could not be used, so everything counts as new.** It was not found.',
    )
  })

  it('says loudly what a mode lets through', () => {
    const policy = { ...defaultGatePolicy, mode: 'warn' } as const
    const warnings = ['1 finding would close the gate.']
    const summary = renderMarkdown(sampleReport([judged()], { policy, warnings }))
    expect(summary).toContain('would be closed by 1 finding, and let the image through')
    expect(summary).toContain('- **1 finding would close the gate.**')
  })

  it('shows the waivers that change with a pull request', () => {
    const change = {
      change: 'added',
      ids: ['CVE-9'],
      owner: '@team',
      expires: new Date('2026-12-24T00:00:00Z'),
      place: { file: '.github/waivers.yml', line: 3 },
    } as const
    const summary = renderMarkdown({ ...sampleReport([]), waiverChanges: [change] })
    expect(summary).toContain('Waivers that change with this pull request')
    expect(summary).toContain('| added | CVE-9 | &#64;team | 2026-12-24 |')
  })

  it('stays small with a hundred thousand findings', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => judged({ id: `CVE-${index}` }))
    const summary = renderMarkdown(sampleReport(many), commentLimits)
    expect(summary.length).toBeLessThan(20_000)
    expect(summary).toContain('… 99985 more')
  })

  it('says that nothing was found, and by whom', () => {
    const summary = renderMarkdown(sampleReport([]))
    expect(summary).toContain('Nothing was found.')
    expect(summary).toContain('grype 0.120.1 with a database built 2026-11-25T00:00:00.000Z, 6 h')
  })
})
