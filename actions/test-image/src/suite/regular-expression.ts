/**
 * Makes a regular expression that looks at lines: `^` and `$` match at their ends too.
 * @throws SyntaxError
 */
export function regularExpression(source: string): RegExp {
  return new RegExp(source, 'm')
}

/** Whether something makes a regular expression of a text, and does not throw. */
export function isMadeBy(make: (source: string) => RegExp): (source: string) => boolean {
  return (source) => {
    try {
      make(source)
      return true
    } catch {
      // A SyntaxError: that is the answer.
      return false
    }
  }
}
