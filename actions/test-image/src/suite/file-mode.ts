const triples = [
  { read: 0o400, write: 0o200, execute: 0o100, special: 0o4000 },
  { read: 0o040, write: 0o020, execute: 0o010, special: 0o2000 },
  { read: 0o004, write: 0o002, execute: 0o001, special: 0o1000 },
] as const

/** The permissions that `0755`, `rwxr-xr-x` or, as ls writes them, `-rwxr-xr-x` stand for. */
export function modeOf(text: string): number {
  if (/^[0-7]+$/.test(text)) return Number.parseInt(text, 8)
  const letters = text.length === 10 ? text.slice(1) : text
  return triples.reduce((mode, bits, index) => {
    const [read = '-', write = '-', execute = '-'] = letters.slice(index * 3, index * 3 + 3)
    return (
      mode +
      (read === 'r' ? bits.read : 0) +
      (write === 'w' ? bits.write : 0) +
      ('xst'.includes(execute) ? bits.execute : 0) +
      ('sStT'.includes(execute) ? bits.special : 0)
    )
  }, 0)
}

/** Permissions as people write them: `0755`. */
export function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}
