/** Whether a version of the same major is as new as another; no version at all is not. */
export function isAtLeastVersion(version: string, oldest: string): boolean {
  const [numbers, bound] = [numbersOf(version), numbersOf(oldest)]
  if (numbers === undefined || bound === undefined || numbers[0] !== bound[0]) return false
  const difference = numbers.map((number, index) => number - (bound[index] ?? 0))
  return (difference.find((value) => value !== 0) ?? 0) >= 0
}

function numbersOf(version: string): readonly number[] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(version)
  return match?.slice(1).map(Number)
}
