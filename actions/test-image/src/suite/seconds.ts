const secondsIn = { h: 3600, m: 60, s: 1 } as const

/** The seconds of a duration that the schema let through: `1h30m`, `0.5s`. */
export function secondsOf(duration: string): number {
  let seconds = 0
  for (const [, amount, unit] of duration.matchAll(/(\d+(?:\.\d+)?)([hms])/g)) {
    seconds += Number(amount) * secondsIn[unit === 'h' || unit === 'm' ? unit : 's']
  }
  return seconds
}
