import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { mergeFindings, mergeReports, severities } from '../src/index.ts'
import type { AffectedPackage, Finding } from '../src/index.ts'
import { sampleFinding } from './sample-finding.ts'
import { fixture, line, read } from './sample-report.ts'

function found(scanner: string, changes: Partial<Finding>): Finding {
  return sampleFinding({ foundBy: [scanner], ...changes })
}

function at(path: string | undefined, changes: Partial<AffectedPackage> = {}): AffectedPackage {
  return { name: 'left-pad', version: '1.0.0', type: 'npm', purl: undefined, path, ...changes }
}

const openssl = at('/var/lib/rpm', { name: 'openssl', type: 'rpm' })

describe('mergeReports', () => {
  it('merges what the real Grype and Trivy found in the same image', () => {
    const files = [
      'grype/0.120.1/critical-whole.json',
      'trivy/0.72.0/critical.json',
      'grype/0.120.1/critical.sarif',
      'trivy/0.72.0/critical.cdx.json',
    ]
    const merged = mergeReports(files.map((file) => read(fixture(file))))
    expect(merged.map(line)).toEqual([
      'critical GHSA-xvch-5gv4-984h npm/minimist@1.2.0 fixed in 1.2.6',
      'high GHSA-35jh-r3h4-6jhm npm/lodash@4.17.20 fixed in 4.17.21',
      'medium GHSA-29mw-wpgm-hmr9 npm/lodash@4.17.20 fixed in 4.17.21',
      'medium GHSA-vh95-rmgr-6w4m npm/minimist@1.2.0 fixed in 1.2.3',
      'low CVE-2005-2541 deb/tar@1.34+dfsg-1.2+deb12u1',
      'low CVE-2010-4756 deb/libc6@2.36-9+deb12u9',
    ])
    for (const { foundBy } of merged) expect(foundBy).toEqual(['grype', 'trivy'])
  })
})

describe('mergeFindings', () => {
  it('keeps the worst severity, all ratings, and what any of them knows', () => {
    const [merged, ...others] = mergeFindings([
      found('grype', {
        id: 'GHSA-xvch-5gv4-984h',
        aliases: ['CVE-2026-0001'],
        severity: 'medium',
        ratings: [{ source: 'ghsa', severity: 'medium', score: 5, vector: undefined }],
        isFixed: false,
        fixedIn: [],
        epss: { probability: 0.1, percentile: undefined },
      }),
      found('trivy', {
        severity: 'critical',
        ratings: [{ source: 'nvd', severity: 'critical', score: 9.8, vector: undefined }],
        fixedIn: ['1.0.1'],
        title: 'Bad',
        epss: { probability: 0.4, percentile: undefined },
        publishedAt: new Date('2026-01-02'),
      }),
      found('snyk', {
        severity: 'unknown',
        isKnownExploited: true,
        publishedAt: new Date('2026-01-01'),
      }),
    ])
    expect(others).toEqual([])
    expect(merged).toMatchObject({
      id: 'GHSA-xvch-5gv4-984h',
      aliases: ['CVE-2026-0001'],
      severity: 'critical',
      ratings: [{ source: 'ghsa' }, { source: 'nvd' }],
      isFixed: true,
      fixState: 'fixed',
      fixedIn: ['1.0.1'],
      title: 'Bad',
      epss: { probability: 0.4 },
      isKnownExploited: true,
      publishedAt: new Date('2026-01-01'),
      foundBy: ['grype', 'snyk', 'trivy'],
    })
  })

  it.each([
    { name: 'another package', other: { package: at('/a', { name: 'right-pad' }) } },
    { name: 'another version', other: { package: at('/a', { version: '2.0.0' }) } },
    { name: 'another file', other: { package: at('/b') } },
    { name: 'another ecosystem', other: { package: at('/a', { type: 'pypi' }) } },
    { name: 'another vulnerability', other: { id: 'CVE-2026-0002' } },
    { name: 'another kind', other: { kind: 'licence' as const } },
  ])('does not merge findings of $name', ({ other }) => {
    const one = found('grype', { package: at('/a') })
    expect(mergeFindings([one, { ...one, ...other }])).toHaveLength(2)
  })

  it('takes a package without a path for each of those with one', () => {
    const merged = mergeFindings([
      found('grype', { package: at('/a') }),
      found('grype', { package: at('/b') }),
      found('snyk', { package: at(undefined) }),
    ])
    expect(merged.map(({ package: one, foundBy }) => [one?.path, ...foundBy])).toEqual([
      ['/a', 'grype', 'snyk'],
      ['/b', 'grype', 'snyk'],
    ])
  })

  it('takes packages of a distribution for the same, wherever their database is', () => {
    const merged = mergeFindings([
      found('grype', { package: openssl }),
      found('trivy', { package: { ...openssl, path: undefined, version: `0:${openssl.version}` } }),
    ])
    expect(merged).toMatchObject([
      { foundBy: ['grype', 'trivy'], package: { path: '/var/lib/rpm' } },
    ])
  })

  it('adds an advisory for two CVEs to each of them, and never makes one of them', () => {
    const merged = mergeFindings([
      found('grype', { id: 'CVE-2026-0001', severity: 'low', package: openssl }),
      found('grype', { id: 'CVE-2026-0002', severity: 'low', package: openssl }),
      found('clair', {
        id: 'ELSA-2026-1',
        aliases: ['CVE-2026-0001', 'CVE-2026-0002'],
        severity: 'high',
        package: openssl,
      }),
    ])
    expect(merged.map(({ id, severity, foundBy }) => [id, severity, ...foundBy])).toEqual([
      ['CVE-2026-0001', 'high', 'clair', 'grype'],
      ['CVE-2026-0002', 'high', 'clair', 'grype'],
    ])
  })

  it('keeps an advisory of which one CVE was not found by others', () => {
    const merged = mergeFindings([
      found('grype', { id: 'CVE-2026-0001', package: openssl }),
      found('clair', {
        id: 'ELSA-2026-1',
        aliases: ['CVE-2026-0001', 'CVE-2026-0003'],
        package: openssl,
      }),
    ])
    expect(merged.map(({ id }) => id)).toEqual(['CVE-2026-0001', 'ELSA-2026-1'])
  })

  it('joins by an advisory where there is no CVE', () => {
    const merged = mergeFindings([
      found('a', { id: 'GHSA-xvch-5gv4-984h' }),
      found('b', { id: 'SNYK-JS-1', aliases: ['GHSA-xvch-5gv4-984h'] }),
    ])
    expect(merged).toMatchObject([{ foundBy: ['a', 'b'], aliases: ['SNYK-JS-1'] }])
  })

  it('loses no CVE, and keeps every one as bad as anybody says', () => {
    const ids = fc.constantFrom('CVE-2026-0001', 'CVE-2026-0002', 'GHSA-xvch-5gv4-984h', 'ELSA-1')
    const some = fc.array(
      fc.record({
        id: ids,
        aliases: fc.uniqueArray(ids, { maxLength: 2 }),
        severity: fc.constantFrom(...severities),
        foundBy: fc.constantFrom(['grype'], ['trivy'], ['snyk']),
        package: fc.constantFrom(at('/a'), at('/b'), at(undefined), openssl),
      }),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(some, (changes) => {
        const findings = changes.map((change) => sampleFinding(change))
        const merged = mergeFindings(findings)
        for (const finding of findings) {
          const isKept = merged.some(
            (one) =>
              [one.id, ...one.aliases].includes(finding.id) &&
              one.package?.name === finding.package?.name &&
              severities.indexOf(one.severity) <= severities.indexOf(finding.severity),
          )
          expect(isKept).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('takes time that grows with the number of findings, and no faster', () => {
    const many = (count: number): readonly Finding[] =>
      Array.from({ length: count }, (_, index) =>
        found(index % 2 === 0 ? 'grype' : 'trivy', {
          id: `CVE-2026-${(index >> 1).toFixed(0).padStart(5, '0')}`,
          // All of them in one package: the worst case.
          package: at(index % 2 === 0 ? '/a' : undefined),
        }),
      )
    const secondsFor = (findings: readonly Finding[]): number => {
      const start = process.cpuUsage()
      expect(mergeFindings(findings)).toHaveLength(findings.length / 2)
      return process.cpuUsage(start).user / 1e6
    }
    secondsFor(many(2000))
    const [few, most] = [secondsFor(many(5000)), secondsFor(many(40_000))]
    // Eight times as many: a quadratic merge would take sixty-four times as long.
    expect(most / few).toBeLessThan(32)
  })
})
