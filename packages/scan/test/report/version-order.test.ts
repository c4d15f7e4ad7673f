import { describe, expect, it } from '@jest/globals'
import { compareVersions } from '../../src/index.ts'

describe('compareVersions', () => {
  it.each([
    ['1.2.6', '1.2.10'],
    ['0.2.4', '1.2.6'],
    ['v1.9.0', '1.10.0'],
    ['2.36-9+deb12u4', '2.36-9+deb12u10'],
    ['1.0~rc1', '1.0'],
    ['5.1', '1:4.0'],
    ['1.2.3', '1.2.3-1ubuntu0.1'],
    ['3.0.7-18.el9_2', '3.0.7-24.el9'],
    ['1.1.1k', '1.1.1n'],
    ['32.0.0-jre', '32.0.1-jre'],
    ['99999999999999999999', '100000000000000000000'],
  ])('puts %s before %s', (earlier, later) => {
    expect(compareVersions(earlier, later)).toBeLessThan(0)
    expect(compareVersions(later, earlier)).toBeGreaterThan(0)
  })

  it.each([
    ['1.02', '1.2'],
    ['0:1.2', '1.2'],
    ['v1.2', '1.2'],
  ])('takes %s and %s for the same', (one, other) => {
    expect(compareVersions(one, other)).toBe(0)
  })
})
