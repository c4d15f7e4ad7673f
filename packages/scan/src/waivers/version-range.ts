/** Tells whether a version is in a range. */
export type VersionTest = (version: string) => boolean

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '=': (order) => order === 0,
}

const comparator = /^(<=|>=|<|>|=)(\S+)$/

/**
 * Reads a version (`1.2.5`) or a range: comparisons that must all hold, separated by spaces
 * (`>=1.2 <1.4`). Undefined for what is neither.
 */
export function versionTest(text: string): VersionTest | undefined {
  const parts = text.trim().split(/\s+/)
  if (parts.length === 1 && /^[^<>=\s]+$/.test(text.trim()))
    return (version) => version === parts[0]
  const tests = parts.map(comparisonTest)
  if (tests.some((test) => test === undefined)) return undefined
  return (version) => tests.every((test) => test?.(version) === true)
}

function comparisonTest(text: string): VersionTest | undefined {
  const [, operator, bound] = comparator.exec(text) ?? []
  const holds = operator === undefined ? undefined : comparisons[operator]
  if (holds === undefined || bound === undefined) return undefined
  return (version) => holds(compareVersions(version, bound))
}

/**
 * Compares versions of any ecosystem as Debian does: numbers as numbers, the rest as text, an epoch
 * (`1:`) first, and `~` before the end. A pre-release as semantic versions write it (`1.0.0-rc.1`)
 * comes before its release, too.
 */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [epochOf(one), epochOf(other)]
  if (left.epoch !== right.epoch) return left.epoch < right.epoch ? -1 : 1
  return compareParts(partsOf(left.rest), partsOf(right.rest))
}

function epochOf(version: string): { readonly epoch: number; readonly rest: string } {
  const [, epoch = '0', rest = version] = /^(\d{1,9}):(.*)$/s.exec(version) ?? []
  return { epoch: Number(epoch), rest }
}

const preRelease = /^(\d+\.\d+\.\d+)-(?=(?:alpha|beta|dev|pre|preview|rc|snapshot|canary|next)\b)/i

function partsOf(version: string): readonly string[] {
  const plain = version
    .replace(/^v(?=\d)/, '')
    .replace(/\+.*$/s, (build) => (build.includes('.') ? build : ''))
  return plain.replace(preRelease, '$1~').match(/\d+|[a-z]+|~|[^\da-z~]/gi) ?? []
}

function compareParts(one: readonly string[], other: readonly string[]): number {
  const length = Math.max(one.length, other.length)
  for (let index = 0; index < length; index += 1) {
    const order = comparePart(one[index], other[index])
    if (order !== 0) return order
  }
  return 0
}

function comparePart(one: string | undefined, other: string | undefined): number {
  if (one === other) return 0
  if (one === '~' || other === '~') return one === '~' ? -1 : 1
  if (one === undefined || other === undefined) return one === undefined ? -1 : 1
  const areNumbers = /^\d/.test(one) && /^\d/.test(other)
  if (areNumbers) return compareNumbers(one, other)
  return one < other ? -1 : 1
}

/** Digits of any length: a date and a time in a version are more than a number holds. */
function compareNumbers(one: string, other: string): number {
  const [left, right] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')]
  if (left.length !== right.length) return left.length < right.length ? -1 : 1
  if (left === right) return 0
  return left < right ? -1 : 1
}
