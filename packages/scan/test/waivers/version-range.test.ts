import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compareVersions, versionTest } from '../../src/waivers/version-range.ts'

describe('compareVersions', () => {
  const ascending: readonly (readonly string[])[] = [
    ['0.9', '1', '1.0.1', '1.2', '1.10', '2'],
    ['1.0.0-alpha', '1.0.0-rc.1', '1.0.0-rc.2', '1.0.0', '1.0.1'],
    ['1.0~beta', '1.0', '1.0-1', '1.0-2', '1:0.1'],
    ['1.1.1f', '1.1.1k', '1.1.1k-r1', '1.1.1k-r10'],
    ['3.0.7-18.el9', '3.0.7-24.el9', '3.0.7-24.el9_2'],
    ['20260101120000', '20260101120001'],
    ['99999999999999999999', '100000000000000000000'],
  ]

  it.each(ascending.map((versions) => ({ name: versions.join(' < '), versions })))(
    '$name',
    ({ versions }) => {
      for (const [index, version] of versions.entries()) {
        for (const [position, other] of versions.entries()) {
          expect(Math.sign(compareVersions(version, other))).toBe(Math.sign(index - position))
        }
      }
    },
  )

  it('is an order', () => {
    const version = fc.stringMatching(/^[0-9a-z.~:+-]{0,12}$/)
    fc.assert(
      fc.property(version, version, (one, other) => {
        expect(compareVersions(one, one)).toBe(0)
        expect(compareVersions(one, other)).toBe(0 - compareVersions(other, one))
      }),
    )
  })
})

describe('versionTest', () => {
  it.each([
    { range: '1.2.5', version: '1.2.5', expected: true },
    { range: '1.2.5', version: '1.2.50', expected: false },
    { range: '>=1.2 <1.4', version: '1.3.9', expected: true },
    { range: '>=1.2 <1.4', version: '1.4', expected: false },
    { range: '>=1.2 <1.4', version: '1.10', expected: false },
    { range: '<=1.2', version: '1.2', expected: true },
    { range: '>1.2', version: '1.2', expected: false },
    { range: '=1.2', version: '1.2', expected: true },
  ])('$version in $range: $expected', ({ range, version, expected }) => {
    expect(versionTest(range)?.(version)).toBe(expected)
  })

  it.each(['', ' ', '>', '>=1 2', '1 2', '^1.2', '~>1'].map((range) => ({ range })))(
    '"$range" is read as nothing that holds by mistake',
    ({ range }) => {
      expect(versionTest(range)?.('1.5') ?? false).toBe(false)
    },
  )
})
