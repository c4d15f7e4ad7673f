const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** A number of bytes as people read it: `12.3 MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[unit] ?? 'B'}`
}

/** A number of seconds as people read it: `4.2 s`, `3 min 10 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  return `${Math.floor(seconds / 60).toFixed(0)} min ${Math.round(seconds % 60).toFixed(0)} s`
}
