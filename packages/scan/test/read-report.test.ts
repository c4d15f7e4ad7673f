import { describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import { readGrypeReport } from '../src/index.ts'
import type { Expectation } from '../src/index.ts'
import { capturedDigests, capturedReport, databaseBuilt } from './fixture.ts'

const fiveDays = 5 * 24 * 3600

function expectationAt(hoursLater: number): Expectation {
  return {
    digest: capturedDigests.critical,
    databaseMaxAgeSeconds: fiveDays,
    now: new Date(databaseBuilt.getTime() + hoursLater * 3_600_000),
  }
}

const anHourLater = expectationAt(1)

/** The captured report with one text of it replaced. */
function changed(from: string, to: string): string {
  const text = capturedReport('critical')
  expect(text).toContain(from)
  return text.replace(from, to)
}

describe('readGrypeReport', () => {
  it('reads what Grype found, worst first', () => {
    const report = readGrypeReport(capturedReport('critical'), anHourLater)
    expect(report).toMatchObject({
      digest: capturedDigests.critical,
      scanner: { name: 'grype', version: '0.120.1' },
      database: { built: databaseBuilt, schemaVersion: 'v6.1.10' },
      ignoredCount: 0,
      alerts: [],
    })
    expect(report.findings.map(({ severity, id }) => `${severity} ${id}`)).toEqual([
      'critical GHSA-xvch-5gv4-984h',
      'high GHSA-35jh-r3h4-6jhm',
      'medium GHSA-29mw-wpgm-hmr9',
      'medium GHSA-vh95-rmgr-6w4m',
      'negligible CVE-2005-2541',
    ])
  })

  it('names package, aliases and the version to update to', () => {
    const [worst] = readGrypeReport(capturedReport('critical'), anHourLater).findings
    expect(worst).toMatchObject({
      id: 'GHSA-xvch-5gv4-984h',
      aliases: ['CVE-2021-44906'],
      severity: 'critical',
      package: {
        name: 'minimist',
        version: '1.2.0',
        type: 'npm',
        path: '/app/node_modules/minimist/package.json',
      },
      isFixed: true,
      fixedIn: ['1.2.6', '0.2.4'],
      url: 'https://github.com/advisories/GHSA-xvch-5gv4-984h',
    })
  })

  it('tells of packages whose distribution is no longer looked after', () => {
    const alert = { type: 'distro-eol', message: 'Package is from end-of-life distro: debian 9' }
    const report = changed(
      '"source": {',
      `"alertsByPackage": ${JSON.stringify([{ alerts: [alert, alert] }])}, "source": {`,
    )
    expect(readGrypeReport(report, anHourLater).alerts).toEqual([alert.message])
  })

  it('counts what Grype left out by its own rules', () => {
    const report = changed('"source": {', '"ignoredMatches": [{}, {}], "source": {')
    expect(readGrypeReport(report, anHourLater).ignoredCount).toBe(2)
  })

  it('takes a severity that it does not know for none', () => {
    const report = changed('"severity": "Critical"', '"severity": "Terrible"')
    const { findings } = readGrypeReport(report, anHourLater)
    expect(findings.at(-1)).toMatchObject({ id: 'GHSA-xvch-5gv4-984h', severity: 'unknown' })
  })

  it('accepts a database until it is too old', () => {
    expect(() => readGrypeReport(capturedReport('critical'), expectationAt(120))).not.toThrow()
  })
})

interface Refusal {
  readonly name: string
  readonly text: () => string
  readonly expectation?: Expectation
  readonly says: RegExp
}

const refusals: readonly Refusal[] = [
  { name: 'nothing', text: () => '', says: /It is empty/ },
  { name: 'blanks', text: () => ' \n', says: /It is empty/ },
  {
    name: 'a report that was cut off',
    text: () => capturedReport('critical').slice(0, 4000),
    says: /not JSON, or it was cut off/,
  },
  { name: 'something else', text: () => '[]', says: /cannot be used/ },
  { name: 'no matches', text: () => changed('"matches"', '"mismatches"'), says: /At matches:/ },
  {
    name: 'a match without a package',
    text: () => changed('"artifact"', '"artefact"'),
    says: /At matches\.0\.artifact/,
  },
  {
    name: 'a report of another program',
    text: () => changed('"name": "grype"', '"name": "trivy"'),
    says: /At descriptor\.name/,
  },
  {
    name: 'a scan of a folder',
    text: () => changed('"type": "image"', '"type": "directory"'),
    says: /At source\.type/,
  },
  {
    name: 'a report about another image',
    text: () => capturedReport('clean'),
    says: /is about another image: It is about "sha256:1704c67e/,
  },
  {
    name: 'no database',
    text: () => changed('"db": {', '"database": {'),
    says: /At descriptor\.db/,
  },
  {
    name: 'an invalid database',
    text: () => changed('"valid": true', '"valid": false, "error": "wrong checksum"'),
    says: /calls it invalid: wrong checksum/,
  },
  {
    name: 'a database of unknown age',
    text: () => changed('"built": "2026-11-24T06:20:39Z"', '"built": ""'),
    says: /does not say when it was built/,
  },
  {
    name: 'a database that is too old',
    text: () => capturedReport('critical'),
    expectation: expectationAt(121),
    says: /121\.0 h ago, and at most 120\.0 h are allowed/,
  },
  {
    name: 'a database of the future',
    text: () => capturedReport('critical'),
    expectation: expectationAt(-2),
    says: /in the future/,
  },
]

describe('readGrypeReport refuses', () => {
  it.each(refusals)('$name', ({ text, expectation, says }) => {
    const report = text()
    expect(() => readGrypeReport(report, expectation ?? anHourLater)).toThrow(GateError)
    expect(() => readGrypeReport(report, expectation ?? anHourLater)).toThrow(says)
  })
})
