/**
 * Makes a regular expression that looks at lines: `^` and `$` match at their ends too.
 * @throws SyntaxError
 */
export function regularExpression(source: string): RegExp {
  return new RegExp(source, 'mv')
}

/** Whether a text is a regular expression. */
export function isRegularExpression(source: string): boolean {
  try {
    regularExpression(source)
    return true
  } catch {
    // A SyntaxError: that is the answer.
    return false
  }
}
