const intervalMilliseconds = 20_000

/** Says every 20 seconds how far something is and how long it has taken. */
export function reportProgress(
  log: (line: string) => void,
  describe: () => string,
): { stop(): void; seconds(): number } {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  const timer = setInterval(() => {
    log(`${describe()}, ${describeDuration(seconds())} so far.`)
  }, intervalMilliseconds)
  return {
    stop: () => {
      clearInterval(timer)
    },
    seconds,
  }
}

/** A duration as a person says it: "45 s", "3 min 5 s". */
export function describeDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 90) return `${whole} s`
  const rest = whole % 60
  return rest === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${rest} s`
}
