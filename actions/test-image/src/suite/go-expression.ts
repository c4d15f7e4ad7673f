const posixClasses: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  digit: '0-9',
  lower: 'a-z',
  punct: '\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
}

/** What Go understands, and JavaScript would take for something else without a word. */
const withoutCounterpart = /(?<!\\)(?:\\\\)*\\(?:[pPCa]|x\{)|\[:\^/

/**
 * Makes what a regular expression of Go, as container-structure-test has them, means in JavaScript.
 * @throws SyntaxError when it means nothing here.
 */
export function goExpression(source: string): RegExp {
  const unknown = withoutCounterpart.exec(source)
  if (unknown !== null) throw new SyntaxError(`${unknown[0]} has no counterpart`)
  const literals = /\\Q([^]*?)(?:\\E|$)/g
  const body = source
    .replaceAll(literals, (_, text: string) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'))
    .replaceAll(/\[:(\w+):\]/g, (whole, name: string) => posixClasses[name] ?? whole)
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '(?<![^])')
    .replaceAll('\\z', '(?![^])')
  return withFlags(body)
}

/** `(?i)…` at the beginning holds for all of it. */
function withFlags(source: string): RegExp {
  const [prefix = '', flags = ''] = /^\(\?([ims]+)\)/.exec(source) ?? []
  return new RegExp(source.slice(prefix.length), [...new Set(flags)].join(''))
}
