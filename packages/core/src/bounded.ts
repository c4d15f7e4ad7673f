/** How many things happen at a time, and what ends them all. */
export interface Bounds {
  readonly limit: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Does some work for each item, so many at a time. The first failure aborts the rest through the
 * signal that the work is given; the call returns only when nothing is under way any more.
 */
export async function forEachBounded<T>(
  items: readonly T[],
  { limit, signal }: Bounds,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  const either = AbortSignal.any([stop.signal, ...(signal === undefined ? [] : [signal])])
  const queue = items.values()
  const workers = Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (const item of queue) {
      either.throwIfAborted()
      await work(item, either)
    }
  })
  try {
    await Promise.all(workers)
  } catch (error) {
    stop.abort(error)
    await Promise.allSettled(workers)
    throw error
  }
}

/** The same where the work makes something of each item; in the order of the items. */
export async function mapBounded<T, U>(
  items: readonly T[],
  bounds: Bounds,
  work: (item: T, signal: AbortSignal) => Promise<U>,
): Promise<readonly U[]> {
  const results = new Map<number, U>()
  await forEachBounded([...items.entries()], bounds, async ([index, item], signal) => {
    results.set(index, await work(item, signal))
  })
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result)
}
