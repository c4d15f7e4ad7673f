import { describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import type { ReadOptions } from '../src/index.ts'
import { capturedAt, fixture, read } from './sample-report.ts'

const whole = fixture('grype/0.120.1/critical-whole.json')
const built = new Date(/"built": "([^"]+)"/.exec(whole)?.[1] ?? '')

/** The captured report with one text of it replaced. */
function changed(from: string, to: string): string {
  expect(whole).toContain(from)
  return whole.replace(from, to)
}

function hoursAfter(hours: number): Partial<ReadOptions> {
  return { now: new Date(built.getTime() + hours * 3_600_000) }
}

describe('the reader of Grype’s reports', () => {
  it('says which database was used', () => {
    expect(read(whole).database).toEqual({ built, schemaVersion: 'v6.1.10' })
  })

  it('tells of packages whose distribution is no longer looked after, once', () => {
    const alert = { type: 'distro-eol', message: 'Package is from end-of-life distro: debian 9' }
    const alerts = JSON.stringify([{ alerts: [alert, alert] }])
    const report = changed('"source": {', `"alertsByPackage": ${alerts}, "source": {`)
    expect(read(report).alerts).toEqual([alert.message])
  })

  it('counts what Grype left out by its own rules', () => {
    const report = changed('"source": {', '"ignoredMatches": [{}, {}], "source": {')
    expect(read(report).ignoredCount).toBe(2)
  })

  it('accepts a database until it is too old', () => {
    expect(() => read(whole, hoursAfter(120))).not.toThrow()
  })
})

interface Refusal {
  readonly name: string
  readonly text: () => string
  readonly options?: Partial<ReadOptions>
  readonly says: RegExp
}

const asGrype: Partial<ReadOptions> = { format: 'grype', now: capturedAt }

const refusals: readonly Refusal[] = [
  { name: 'blanks', text: () => ' \n', says: /It is empty/ },
  { name: 'something else', text: () => '[]', says: /is a list instead of an object/ },
  { name: 'no matches', text: () => changed('"matches"', '"mismatches"'), says: /At mismatches:/ },
  {
    name: 'a match without a package',
    text: () => changed('"artifact"', '"artefact"'),
    says: /At matches\[0\]\.artifact: it is missing instead of an object|At matches\[0\]/,
  },
  {
    name: 'a report of another program',
    text: () => changed('"name": "grype"', '"name": "syft"'),
    says: /At descriptor\.name/,
  },
  {
    name: 'a scan of a folder',
    text: () => changed('"type": "image"', '"type": "directory"'),
    says: /At source\.type/,
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
    text: () => whole.replace(/"built": "[^"]*"/, '"built": ""'),
    says: /does not say when it was built/,
  },
  {
    name: 'a database that is too old',
    text: () => whole,
    options: hoursAfter(121),
    says: /121\.0 h ago, and at most 120\.0 h are allowed/,
  },
  {
    name: 'a database of the future',
    text: () => whole,
    options: hoursAfter(-2),
    says: /in the future/,
  },
  {
    name: 'a state of a fix that is none',
    text: () => changed('"state": "fixed"', '"state": "broken"'),
    says: /fix\.state: it has "broken"/,
  },
]

describe('the reader of Grype’s reports refuses', () => {
  it.each(refusals)('$name', ({ text, options, says }) => {
    const report = text()
    const refused = { ...asGrype, ...options }
    expect(() => read(report, refused)).toThrow(GateError)
    expect(() => read(report, refused)).toThrow(says)
  })
})
