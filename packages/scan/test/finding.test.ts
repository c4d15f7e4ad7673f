import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { isAtLeast, severities, severityFrom, sortFindings } from '../src/index.ts'
import { sampleFinding } from './sample-finding.ts'

describe('severityFrom', () => {
  it.each([
    { word: 'Critical', severity: 'critical' },
    { word: 'HIGH', severity: 'high' },
    { word: 'medium', severity: 'medium' },
    { word: 'Low', severity: 'low' },
    { word: 'Negligible', severity: 'negligible' },
    { word: 'Unknown', severity: 'unknown' },
    { word: '', severity: 'unknown' },
    { word: 'catastrophic', severity: 'unknown' },
    { word: undefined, severity: 'unknown' },
  ])('reads $word as $severity', ({ word, severity }) => {
    expect(severityFrom(word)).toBe(severity)
  })
})

describe('isAtLeast', () => {
  it.each([
    { severity: 'critical', cutoff: 'critical', expected: true },
    { severity: 'high', cutoff: 'critical', expected: false },
    { severity: 'critical', cutoff: 'negligible', expected: true },
    { severity: 'negligible', cutoff: 'negligible', expected: true },
    { severity: 'low', cutoff: 'medium', expected: false },
  ] as const)('$severity is at least $cutoff: $expected', ({ severity, cutoff, expected }) => {
    expect(isAtLeast(severity, cutoff)).toBe(expected)
  })
})

describe('sortFindings', () => {
  it('puts the worst first, and unrated ones last', () => {
    const findings = severities.toReversed().map((severity) => sampleFinding({ severity }))
    expect(sortFindings(findings).map(({ severity }) => severity)).toEqual(severities)
  })

  it('keeps one of findings that two platforms share', () => {
    expect(sortFindings([sampleFinding(), sampleFinding()])).toHaveLength(1)
  })

  it('keeps the same vulnerability in another file', () => {
    const { package: found } = sampleFinding()
    if (found === undefined) throw new Error('the sample has a package')
    const elsewhere = sampleFinding({ package: { ...found, path: '/other/package.json' } })
    expect(sortFindings([sampleFinding(), elsewhere])).toHaveLength(2)
  })

  it('depends on the findings, and not on the order in which they come', () => {
    const some = fc.array(
      fc.record({ id: fc.constantFrom('A', 'B', 'C'), severity: fc.constantFrom(...severities) }),
    )
    fc.assert(
      fc.property(some, (changes) => {
        const findings = changes.map((change) => sampleFinding(change))
        expect(sortFindings(findings.toReversed())).toEqual(sortFindings(findings))
      }),
    )
  })
})
