/** The key that somebody most likely meant; undefined where none is near. */
export function nearestKey(written: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(written.length / 3))
  const ranked = known
    .map((key) => ({ key, distance: distanceBetween(written.toLowerCase(), key.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .toSorted((one, other) => one.distance - other.distance)
  return ranked[0]?.key
}

const longest = 64

/**
 * How many letters must be put in, left out, changed or swapped with their neighbour to get from
 * one word to the other.
 */
function distanceBetween(one: string, other: string): number {
  if (Math.max(one.length, other.length) > longest) return Infinity
  const table = [Array.from({ length: other.length + 1 }, (_, index) => index)]
  const at = (line: number, column: number): number => table[line]?.[column] ?? Infinity
  for (let line = 1; line <= one.length; line += 1) {
    table.push([line])
    for (let column = 1; column <= other.length; column += 1) {
      const change = one[line - 1] === other[column - 1] ? 0 : 1
      const isSwapped = one[line - 1] === other[column - 2] && one[line - 2] === other[column - 1]
      table[line]?.push(
        Math.min(
          at(line - 1, column) + 1,
          at(line, column - 1) + 1,
          at(line - 1, column - 1) + change,
          isSwapped ? at(line - 2, column - 2) + 1 : Infinity,
        ),
      )
    }
  }
  return at(one.length, other.length)
}
