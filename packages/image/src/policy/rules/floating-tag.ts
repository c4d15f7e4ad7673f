/** What only a fixed tag has: a whole version, a date, a commit or a number of a run. */
const fixed = [
  /\d+\.\d+\.\d+/,
  /\d{6,}/,
  /(?:^|[^0-9a-z])(?=[0-9a-f]*\d)[0-9a-f]{7,}(?:$|[^0-9a-z])/i,
]

/** Whether a tag, by its looks, is given to one image after the other: `latest`, `main`, `1.2`. */
export function isFloating(tag: string): boolean {
  return !fixed.some((pattern) => pattern.test(tag))
}
