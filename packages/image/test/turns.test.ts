import { describe, expect, it } from '@jest/globals'
import { turnsFor } from '../src/turns.ts'

describe('turnsFor', () => {
  it('lets so many in, then the next for each that is over, in their order', async () => {
    const takeTurn = turnsFor(2)
    const entered: number[] = []
    const ends: (() => void)[] = []
    const all = [0, 1, 2, 3].map(async (index) => {
      ends[index] = await takeTurn()
      entered.push(index)
    })
    await Promise.all(all.slice(0, 2))
    expect(entered).toEqual([0, 1])
    ends[1]?.()
    await all[2]
    expect(entered).toEqual([0, 1, 2])
    // A turn ends once, however often that is said.
    ends[1]?.()
    await Promise.resolve()
    expect(entered).toEqual([0, 1, 2])
    ends[0]?.()
    await all[3]
    expect(entered).toEqual([0, 1, 2, 3])
  })
})
