import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { forEachBounded, mapBounded } from '../src/bounded.ts'

describe('forEachBounded', () => {
  it('does everything, so many at a time', async () => {
    let running = 0
    let most = 0
    const done: number[] = []
    await forEachBounded([1, 2, 3, 4, 5, 6, 7], { limit: 3 }, async (item) => {
      running += 1
      most = Math.max(most, running)
      await wait(1)
      done.push(item)
      running -= 1
    })
    expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(most).toBe(3)
  })

  it('ends the rest at the first failure, and leaves nothing under way', async () => {
    const started: number[] = []
    let running = 0
    const work = forEachBounded([1, 2, 3, 4, 5], { limit: 2 }, async (item, signal) => {
      started.push(item)
      running += 1
      try {
        if (item === 1) throw new Error('first')
        await wait(60_000, undefined, { signal })
      } finally {
        running -= 1
      }
    })
    await expect(work).rejects.toThrow('first')
    expect(running).toBe(0)
    expect(started).toEqual([1, 2])
  })

  it('stops when the signal aborts', async () => {
    const reason = new Error('cancelled')
    const work = forEachBounded([1], { limit: 1, signal: AbortSignal.abort(reason) }, () =>
      Promise.resolve(),
    )
    await expect(work).rejects.toBe(reason)
  })

  it('does nothing for nothing', async () => {
    await expect(forEachBounded([], { limit: 4 }, () => Promise.reject(new Error()))).resolves.toBe(
      undefined,
    )
  })
})

describe('mapBounded', () => {
  it('keeps the order of the items, however long each takes', async () => {
    const results = await mapBounded([3, 1, 2], { limit: 3 }, async (item) => {
      await wait(item)
      return item * 10
    })
    expect(results).toEqual([30, 10, 20])
  })
})
