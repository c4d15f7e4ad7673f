import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { checkWaivers, parseGatePolicy, parseWaivers } from '../src/index.ts'

const guide = readFileSync(new URL('../../../docs/guides/gate.md', import.meta.url), 'utf8')
const blocks = [...guide.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text)

describe('the guide of the gate', () => {
  it('shows a policy and waivers that are accepted as they are', () => {
    const [policyText = '', waiversText = '', ...others] = blocks
    expect(others).toEqual([])
    const policy = parseGatePolicy(policyText, 'policy.yml')
    const { waivers } = parseWaivers(waiversText, 'waivers.yml')
    expect(waivers).toHaveLength(2)
    expect(() =>
      checkWaivers(waivers, policy.waivers, new Date('2026-11-25T00:00:00Z')),
    ).not.toThrow()
  })
})
