/** One warning of a header: code, agent and quoted text, as RFC 7234 writes them. */
const warning = /\b299 \S+ "(?<text>(?:[^"\\]|\\.)*)"/g

/**
 * What the API server warns of in an answer: a deprecated version, a value that it ignores. Several
 * warnings come as one header, joined by commas.
 */
export function warningsIn(header: string | undefined): readonly string[] {
  const found = (header ?? '').matchAll(warning)
  return [...found].map(({ groups }) => (groups?.text ?? '').replace(/\\(.)/g, '$1'))
}
