import { UnacceptableValue } from '@oke-pipeline/core'
import type { Assignment, Kind } from '@oke-pipeline/core'

/**
 * One entry a line; an entry in double quotes may go over several lines, with `""` for a quote, as
 * docker/build-push-action reads it.
 */
export function entriesOf(text: string): readonly string[] {
  const entries: string[] = []
  let rest = text
  for (;;) {
    rest = rest.replace(/^\s+/, '')
    if (rest === '') return entries
    const entry =
      /^"((?:[^"]|"")*)"[ \t]*(?:\r?\n|$)/.exec(rest) ?? /^([^\r\n]*)(?:\r?\n|$)/.exec(rest)
    const [whole = rest, content = ''] = entry ?? []
    entries.push(whole.startsWith('"') ? content.replaceAll('""', '"') : content.trim())
    rest = rest.slice(whole.length)
  }
}

/** What the names of `name=value` pairs look like. */
export interface PairGrammar {
  readonly name: RegExp
  readonly expects: string
}

/** `name=value` pairs, one a line; a value of several lines stands in double quotes. */
export function pairs(grammar: PairGrammar): Kind<readonly Assignment[]> {
  return {
    type: 'List',
    expects: `${grammar.expects}; several one a line`,
    parse: (text) => entriesOf(text).map((entry) => pairOf(entry, grammar)),
  }
}

/** Pairs whose values are masked before anything is looked at, and never quoted in an error. */
export function secretPairs(grammar: PairGrammar): Kind<readonly Assignment[]> {
  return {
    ...pairs(grammar),
    type: 'Secret',
    parse: (text) => entriesOf(text).map((entry, index) => secretPairOf(entry, { grammar, index })),
    secretsOf: (text) => entriesOf(text).map((entry) => entry.slice(entry.indexOf('=') + 1)),
  }
}

function pairOf(entry: string, grammar: PairGrammar): Assignment {
  const pair = splitPair(entry, grammar)
  if (pair === undefined) throw new UnacceptableValue(`${JSON.stringify(entry)} is not`)
  if (hasControlCharacters(pair.value)) {
    throw new UnacceptableValue(`the value of "${pair.name}" contains a control character`)
  }
  return pair
}

function secretPairOf(
  entry: string,
  { grammar, index }: { readonly grammar: PairGrammar; readonly index: number },
): Assignment {
  const pair = splitPair(entry, grammar)
  if (pair === undefined) throw new UnacceptableValue(`entry ${index + 1} is not`)
  return pair
}

function splitPair(entry: string, { name }: PairGrammar): Assignment | undefined {
  const at = entry.indexOf('=')
  if (at < 1 || !name.test(entry.slice(0, at))) return undefined
  return { name: entry.slice(0, at), value: entry.slice(at + 1) }
}

/** Tabs and line breaks are text; a terminal escape or a NUL is not. */
function hasControlCharacters(value: string): boolean {
  return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(value)
}
