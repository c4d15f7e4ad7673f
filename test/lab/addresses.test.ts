import { describe, expect, it } from '@jest/globals'
import { addressesOf, chooseSlot, slotCount } from './addresses.ts'
import { checkLabName } from './lab-record.ts'

describe('addressesOf', () => {
  it('gives every lab ports, ranges and an interface of its own', () => {
    const all = Array.from({ length: slotCount }, (_, slot) => addressesOf(slot))
    const fields = [
      'interfaceName',
      'podRange',
      'serviceRange',
      'bridgeName',
      'bridgeRange',
    ] as const
    for (const field of [...fields, 'firstPort'] as const) {
      expect(new Set(all.map((one) => one[field])).size).toBe(slotCount)
    }
    // The kernel takes ports for outgoing connections from 32768 on.
    expect(Math.max(...all.map((one) => one.lastPort))).toBeLessThan(32_768)
    expect(Math.max(...all.map((one) => one.interfaceName.length))).toBeLessThan(16)
    expect(Math.max(...all.map((one) => one.bridgeName.length))).toBeLessThan(16)
  })
})

describe('chooseSlot', () => {
  it('says what to do when no slot is free', async () => {
    const all = new Set(Array.from({ length: slotCount }, (_, slot) => slot))
    await expect(chooseSlot(all)).rejects.toThrow(
      /^Cannot start another lab: all 60 address ranges .+ are in use\. Stop one with/,
    )
  })
})

describe('checkLabName', () => {
  it.each(['default', 'a', 'lab-1'])('accepts "%s"', (name) => {
    expect(() => checkLabName(name)).not.toThrow()
  })

  it.each(['', '-a', 'a-', 'Lab', '../etc', 'a/b', 'a'.repeat(21)])('refuses "%s"', (name) => {
    expect(() => checkLabName(name)).toThrow(`Cannot call a lab "${name}"`)
  })
})
