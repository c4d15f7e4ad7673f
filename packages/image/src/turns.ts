/** Waits for a turn, which is over with the first call of what is returned. */
export type TakeTurn = () => Promise<() => void>

/** Lets only so many do something at a time; who comes first goes first. */
export function turnsFor(limit: number): TakeTurn {
  let free = limit
  const waiting: (() => void)[] = []

  return async () => {
    if (free > 0) free -= 1
    else await new Promise<void>((turn) => waiting.push(turn))
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}
