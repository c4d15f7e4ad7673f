/**
 * Which of two versions is later, in the order of dpkg, which that of RPM and of semantic versions
 * agree with for what is published as a fix: numbers count as numbers, `~` sorts before the end.
 * https://manpages.debian.org/deb-version
 * @returns a negative number when the first is earlier.
 */
export function compareVersions(one: string, other: string): number {
  const [first, second] = [partsOf(one), partsOf(other)]
  const length = Math.max(first.length, second.length)
  for (let index = 0; index < length; index += 1) {
    const difference = compareParts(first[index] ?? '', second[index] ?? '', index)
    if (difference !== 0) return difference
  }
  return 0
}

/** Words and numbers in turn, the epoch first: `['', '1', '.', '2']`. */
function partsOf(version: string): readonly string[] {
  const plain = version.replace(/^v(?=\d)/, '')
  const withEpoch = /^\d+:/.test(plain) ? plain : `0:${plain}`
  return withEpoch.split(/(\d+)/)
}

function compareParts(one: string, other: string, index: number): number {
  if (index % 2 === 1) return compareNumbers(one, other)
  const length = Math.max(one.length, other.length)
  for (let position = 0; position < length; position += 1) {
    const difference = rankOf(one, position) - rankOf(other, position)
    if (difference !== 0) return difference
  }
  return 0
}

/** Without a number of their own, long ones must not lose their end. */
function compareNumbers(one: string, other: string): number {
  const [first, second] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')]
  if (first.length !== second.length) return first.length - second.length
  if (first === second) return 0
  return first < second ? -1 : 1
}

/** `~` before the end, the end before letters, letters before all else. */
function rankOf(text: string, position: number): number {
  const character = text[position]
  if (character === undefined) return 0
  if (character === '~') return -1
  const code = character.charCodeAt(0)
  return /[A-Za-z]/.test(character) ? code : code + 256
}
