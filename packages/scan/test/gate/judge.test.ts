import { describe, expect, it } from '@jest/globals'
import {
  baselineOf,
  defaultGatePolicy,
  judge,
  simpleGatePolicy,
  unusableBaseline,
} from '../../src/index.ts'
import type { Finding, GatePolicy, Outcome, VulnerabilityRule } from '../../src/index.ts'
import { sampleFinding } from '../sample-finding.ts'
import { answered, digests, sampleContext, waiversOf } from './sample-context.ts'

const unfixed = { isFixed: false, fixState: 'not-fixed', fixedIn: [] } as const
const published = new Date('2026-11-20T00:00:00Z')

function outcomeOf(finding: Finding, context = sampleContext()): Outcome | undefined {
  return judge([finding], context).findings[0]?.decision.outcome
}

describe('the default policy', () => {
  it.each<{ name: string; finding: Partial<Finding>; verdict: 'pass' | 'fail' }>([
    { name: 'critical with a fix', finding: { severity: 'critical' }, verdict: 'fail' },
    { name: 'high with a fix', finding: { severity: 'high' }, verdict: 'fail' },
    { name: 'not rated, with a fix', finding: { severity: 'unknown' }, verdict: 'fail' },
    { name: 'medium with a fix', finding: { severity: 'medium' }, verdict: 'pass' },
    {
      name: 'critical without a fix',
      finding: { severity: 'critical', ...unfixed },
      verdict: 'pass',
    },
    {
      name: 'low without a fix, exploited',
      finding: { severity: 'low', ...unfixed, isKnownExploited: true },
      verdict: 'fail',
    },
    { name: 'a secret', finding: { kind: 'secret', severity: 'low' }, verdict: 'fail' },
    {
      name: 'a critical misconfiguration',
      finding: { kind: 'misconfiguration', severity: 'critical' },
      verdict: 'pass',
    },
    { name: 'a licence', finding: { kind: 'licence', id: 'AGPL-3.0-only' }, verdict: 'pass' },
  ])('$name: $verdict', ({ finding, verdict }) => {
    expect(judge([sampleFinding(finding)], sampleContext()).verdict).toBe(verdict)
  })
})

describe('a rule', () => {
  it.each<{
    name: string
    rule: Partial<VulnerabilityRule>
    finding: Partial<Finding>
    outcome: Outcome
  }>([
    {
      name: 'severity at the cutoff',
      rule: { severity: 'medium' },
      finding: { severity: 'medium' },
      outcome: 'blocks',
    },
    {
      name: 'severity below the cutoff',
      rule: { severity: 'medium' },
      finding: { severity: 'low' },
      outcome: 'below-policy',
    },
    {
      name: 'not rated, and that may pass',
      rule: { severity: 'high', unrated: false },
      finding: { severity: 'unknown' },
      outcome: 'below-policy',
    },
    {
      name: 'no fix, and only fixable ones count',
      rule: { severity: 'low', fixable: true },
      finding: unfixed,
      outcome: 'below-policy',
    },
    {
      name: 'EPSS at the least',
      rule: { epss: 0.5 },
      finding: { epss: { probability: 0.5, percentile: undefined } },
      outcome: 'blocks',
    },
    {
      name: 'EPSS below the least',
      rule: { epss: 0.5 },
      finding: { epss: { probability: 0.49, percentile: 0.99 } },
      outcome: 'below-policy',
    },
    { name: 'no EPSS', rule: { epss: 0.5 }, finding: {}, outcome: 'below-policy' },
    { name: 'no EPSS, and none is asked for', rule: { epss: 0 }, finding: {}, outcome: 'blocks' },
    {
      name: 'exploited',
      rule: { knownExploited: true },
      finding: { isKnownExploited: true },
      outcome: 'blocks',
    },
    { name: 'not exploited', rule: { knownExploited: true }, finding: {}, outcome: 'below-policy' },
    {
      name: 'of the type',
      rule: { severity: 'high', packageTypes: ['deb', 'npm'] },
      finding: {},
      outcome: 'blocks',
    },
    {
      name: 'of another type',
      rule: { severity: 'high', packageTypes: ['deb'] },
      finding: {},
      outcome: 'below-policy',
    },
    {
      name: 'of no package, so that its type is not known',
      rule: { severity: 'high', packageTypes: ['deb'] },
      finding: { package: undefined },
      outcome: 'blocks',
    },
    {
      name: 'all conditions but one',
      rule: { severity: 'high', fixable: true, knownExploited: true },
      finding: { severity: 'critical' },
      outcome: 'below-policy',
    },
    {
      name: 'within the grace period',
      rule: { severity: 'high', grace: { since: 'published', days: { high: 14 } } },
      finding: { publishedAt: published },
      outcome: 'in-grace',
    },
    {
      name: 'at the end of the grace period',
      rule: { severity: 'high', grace: { since: 'published', days: { high: 5 } } },
      finding: { publishedAt: published },
      outcome: 'blocks',
    },
    {
      name: 'no grace for its severity',
      rule: { severity: 'high', grace: { since: 'published', days: { high: 14 } } },
      finding: { severity: 'critical', publishedAt: published },
      outcome: 'blocks',
    },
    {
      name: 'a grace period from a date that is not known',
      rule: { severity: 'high', grace: { since: 'fixed', days: { high: 14 } } },
      finding: { publishedAt: published },
      outcome: 'blocks',
    },
    {
      name: 'within the grace period from the fix',
      rule: { severity: 'high', grace: { since: 'fixed', days: { high: 14 } } },
      finding: { publishedAt: new Date('2020-01-01T00:00:00Z'), fixedAt: published },
      outcome: 'in-grace',
    },
  ])('$name: $outcome', ({ rule, finding, outcome }) => {
    expect(outcomeOf(sampleFinding(finding), sampleContext({ rules: [rule] }))).toBe(outcome)
  })

  it('blocks at once where another rule gives time', () => {
    const patient = { severity: 'high', grace: { since: 'published', days: { high: 90 } } } as const
    const context = sampleContext({ rules: [patient, { knownExploited: true }] })
    const finding = sampleFinding({ publishedAt: published, isKnownExploited: true })
    expect(outcomeOf(finding, context)).toBe('blocks')
  })

  it('gives the time of the least patient rule', () => {
    const rule = (days: number) =>
      ({ severity: 'high', grace: { since: 'published', days: { high: days } } }) as const
    const context = sampleContext({ rules: [rule(30), rule(10)] })
    const [judged] = judge([sampleFinding({ publishedAt: published })], context).findings
    expect(judged?.decision).toMatchObject({ until: new Date('2026-11-30T00:00:00Z') })
  })
})

describe('findings that are no vulnerabilities', () => {
  it.each<{
    name: string
    policy: Partial<GatePolicy>
    finding: Partial<Finding>
    outcome: Outcome
  }>([
    {
      name: 'a secret that may pass',
      policy: { secrets: false },
      finding: { kind: 'secret' },
      outcome: 'below-policy',
    },
    {
      name: 'a misconfiguration as severe',
      policy: { misconfigurations: 'high' },
      finding: { kind: 'misconfiguration' },
      outcome: 'blocks',
    },
    {
      name: 'a lesser misconfiguration',
      policy: { misconfigurations: 'high' },
      finding: { kind: 'misconfiguration', severity: 'low' },
      outcome: 'below-policy',
    },
    {
      name: 'a misconfiguration that nobody rated',
      policy: { misconfigurations: 'high' },
      finding: { kind: 'misconfiguration', severity: 'unknown' },
      outcome: 'blocks',
    },
    ...(
      [
        ['MIT', 'below-policy'],
        ['mit', 'below-policy'],
        ['GPL-3.0-only', 'blocks'],
        ['MIT OR GPL-3.0-only', 'below-policy'],
        ['MIT AND GPL-3.0-only', 'blocks'],
        ['(MIT OR GPL-3.0-only) AND Apache-2.0', 'below-policy'],
        ['Apache-2.0 WITH LLVM-exception', 'below-policy'],
        ['MIT OR', 'blocks'],
        ['()', 'blocks'],
        ['', 'blocks'],
        ['some words of a lawyer', 'blocks'],
      ] as const
    ).map(([id, outcome]) => ({
      name: `licence "${id}" where MIT and Apache-2.0 are allowed`,
      policy: { licences: { allowed: ['MIT', 'Apache-2.0'], denied: [] } },
      finding: { kind: 'licence' as const, id },
      outcome,
    })),
    ...(
      [
        ['MIT', 'below-policy'],
        ['GPL-2.0-only', 'blocks'],
        ['MIT OR GPL-2.0-only', 'below-policy'],
        ['GPL-2.0-only WITH Classpath-exception-2.0', 'below-policy'],
        ['MIT AND (Apache-2.0 AND GPL-2.0-only)', 'blocks'],
      ] as const
    ).map(([id, outcome]) => ({
      name: `licence "${id}" where GPL-2.0-only is denied`,
      policy: { licences: { allowed: undefined, denied: ['GPL-2.0-only'] } },
      finding: { kind: 'licence' as const, id },
      outcome,
    })),
  ])('$name: $outcome', ({ policy, finding, outcome }) => {
    const context = sampleContext({ policy: { ...defaultGatePolicy, ...policy } })
    expect(outcomeOf(sampleFinding(finding), context)).toBe(outcome)
  })
})

describe('limits', () => {
  const policy: GatePolicy = { ...defaultGatePolicy, limits: { medium: 2 } }
  const mediums = ['A', 'B', 'C'].map((id) => sampleFinding({ id, severity: 'medium' }))

  it('lets as many pass as are allowed', () => {
    expect(judge(mediums.slice(0, 2), sampleContext({ policy })).verdict).toBe('pass')
  })

  it('closes the gate at one more, and names them all', () => {
    const { blocking } = judge(mediums, sampleContext({ policy }))
    expect(blocking.map(({ finding }) => finding.id)).toEqual(['A', 'B', 'C'])
    expect(blocking[0]?.decision.reason).toBe(
      'there are 3 of severity medium, and the policy allows 2',
    )
  })

  it('does not count what is waived', () => {
    const waivers = waiversOf(`{ id: B, ${answered} }`)
    expect(judge(mediums, sampleContext({ policy, waivers })).verdict).toBe('pass')
  })

  it('does not count what the baseline has', () => {
    const baseline = baselineOf(mediums.slice(1), 'production')
    expect(judge(mediums, sampleContext({ policy, baseline })).verdict).toBe('pass')
  })

  it('counts vulnerabilities only', () => {
    const others = mediums.map((finding) => ({ ...finding, kind: 'misconfiguration' as const }))
    expect(judge(others, sampleContext({ policy })).verdict).toBe('pass')
  })
})

describe('a baseline', () => {
  const sample = sampleFinding()
  const elsewhere = { name: 'left-pad', version: '1.0.1', type: 'npm', purl: undefined, path: '/x' }

  it.each<{ name: string; before: Finding; isNew: boolean }>([
    { name: 'the same', before: sample, isNew: false },
    {
      name: 'another version and path',
      before: sampleFinding({ package: elsewhere }),
      isNew: false,
    },
    {
      name: 'an alias',
      before: sampleFinding({ id: 'GHSA-1', aliases: ['CVE-2026-0001'] }),
      isNew: false,
    },
    { name: 'another identifier', before: sampleFinding({ id: 'CVE-2026-9999' }), isNew: true },
    {
      name: 'another package',
      before: sampleFinding({ package: { ...elsewhere, name: 'right-pad' } }),
      isNew: true,
    },
    {
      name: 'another type',
      before: sampleFinding({ package: { ...elsewhere, type: 'deb' } }),
      isNew: true,
    },
  ])('$name: new is $isNew', ({ before, isNew }) => {
    const baseline = baselineOf([before], 'production')
    const judgement = judge([sample], sampleContext({ baseline }))
    expect(judgement.verdict).toBe(isNew ? 'fail' : 'pass')
    expect(judgement.baseline?.added).toEqual(isNew ? [sample] : [])
    expect(judgement.baseline?.fixed).toEqual(isNew ? [before] : [])
  })

  it('knows a secret by its file', () => {
    const secret = (path: string, line: number) =>
      sampleFinding({ kind: 'secret', id: 'aws-key', package: undefined, place: { path, line } })
    const baseline = baselineOf([secret('/app/old', 1)], 'production')
    const context = sampleContext({ baseline })
    expect(outcomeOf(secret('/app/old', 7), context)).toBe('not-new')
    expect(outcomeOf(secret('/app/new', 1), context)).toBe('blocks')
  })

  it('only shows what is new where the policy gates on all', () => {
    const policy: GatePolicy = {
      ...defaultGatePolicy,
      baseline: { gate: 'all', unusable: 'refuse' },
    }
    const judgement = judge(
      [sample],
      sampleContext({ policy, baseline: baselineOf([sample], 'b') }),
    )
    expect(judgement.verdict).toBe('fail')
    expect(judgement.baseline).toMatchObject({ isGating: false, added: [] })
  })

  it('excuses nothing when it cannot be used, and says so', () => {
    const baseline = unusableBaseline('production', 'It has no report.')
    const judgement = judge([sample], sampleContext({ baseline }))
    expect(judgement.verdict).toBe('fail')
    expect(judgement.findings[0]?.isNew).toBe(true)
    expect(judgement.warnings).toContain(
      'The baseline "production" cannot be used, so that everything counts as new. It has no report.',
    )
  })

  it('is a refusal when it cannot be used and the policy wants one', () => {
    const policy: GatePolicy = {
      ...defaultGatePolicy,
      baseline: { gate: 'new', unusable: 'refuse' },
    }
    const baseline = unusableBaseline('production', 'It has no report.')
    expect(() => judge([], sampleContext({ policy, baseline }))).toThrow(
      'Baseline "production" cannot be used: It has no report.',
    )
  })
})

describe('a judgement', () => {
  it('counts by severity and outcome', () => {
    const findings = [
      sampleFinding({ severity: 'critical' }),
      sampleFinding({ severity: 'low', id: 'CVE-2026-0002' }),
    ]
    const judgement = judge(findings, sampleContext())
    expect(judgement.counts).toMatchObject({ critical: 1, high: 0, low: 1 })
    expect(judgement.blockingCounts).toMatchObject({ critical: 1, low: 0 })
    expect(judgement.outcomes).toMatchObject({ blocks: 1, 'below-policy': 1, waived: 0 })
    expect(judgement.digest).toBe(digests.index)
  })

  it('says loudly what a mode lets through', () => {
    const policy = { ...defaultGatePolicy, mode: 'warn' as const }
    const judgement = judge([sampleFinding()], sampleContext({ policy }))
    expect(judgement.verdict).toBe('fail')
    expect(judgement.warnings).toEqual([
      'The mode is "warn": 1 finding that the policy forbids may pass.',
    ])
  })

  it('says for how many a rule by EPSS cannot hold', () => {
    const { warnings } = judge([sampleFinding()], sampleContext({ rules: [{ epss: 0.1 }] }))
    expect(warnings).toEqual([
      'The policy has a rule by EPSS, and 1 vulnerability came without it: that rule cannot hold for them.',
    ])
  })

  it('has the hash of the policy, which what differs changes', () => {
    const hashOf = (policy: GatePolicy) => judge([], sampleContext({ policy })).policyHash
    const simple = { cutoff: 'high', onlyFixed: true, failOnUnknown: true } as const
    expect(hashOf(simpleGatePolicy(simple))).toBe(hashOf(defaultGatePolicy))
    expect(hashOf(simpleGatePolicy({ ...simple, cutoff: 'low' }))).not.toBe(
      hashOf(defaultGatePolicy),
    )
  })
})
