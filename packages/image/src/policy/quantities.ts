const bytesIn = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
} as const

/** A size as people write it: `200MB`, `1.5GiB`. */
export const sizeGrammar = /^\d+(?:\.\d+)? ?(?:B|[KMG]i?B)$/

/** The bytes of a size of that grammar. */
export function bytesOf(size: string): number {
  const [, number = '', unit = ''] = /^([\d.]+) ?([a-z]+)$/i.exec(size) ?? []
  const known: Readonly<Record<string, number>> = bytesIn
  return Math.floor(Number(number) * (known[unit.toUpperCase()] ?? Number.NaN))
}

/** An age as people write it: `90d`, `12w`. */
export const ageGrammar = /^[1-9]\d{0,4}[dw]$/

/** The days of an age of that grammar. */
export function daysOf(age: string): number {
  return Number(age.slice(0, -1)) * (age.endsWith('w') ? 7 : 1)
}
