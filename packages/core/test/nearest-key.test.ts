import { describe, expect, it } from '@jest/globals'
import { nearestKey } from '../src/yaml/nearest-key.ts'

const known = ['severity', 'fixable', 'epss', 'known-exploited', 'package-types', 'grace']

describe('nearestKey', () => {
  it.each([
    { written: 'severty', nearest: 'severity' },
    { written: 'Severity', nearest: 'severity' },
    { written: 'fixabel', nearest: 'fixable' },
    { written: 'known_exploited', nearest: 'known-exploited' },
    { written: 'packages-type', nearest: 'package-types' },
    { written: 'eps', nearest: 'epss' },
    { written: 'cvss', nearest: undefined },
    { written: 'x', nearest: undefined },
    { written: '', nearest: undefined },
    { written: 'severity'.repeat(100), nearest: undefined },
  ])('"$written": $nearest', ({ written, nearest }) => {
    expect(nearestKey(written, known)).toBe(nearest)
  })
})
