import picomatch from 'picomatch'

/** Whether a text is one that some of the patterns mean; `*` stays within a part, `**` does not. */
export function matchesSome(text: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => picomatch.isMatch(text, pattern, { dot: true, nonegate: true }))
}
