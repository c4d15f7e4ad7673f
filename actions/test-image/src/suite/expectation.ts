import { regularExpression } from './regular-expression.ts'
import type { ExpectationEntry } from './schema.ts'

/** What a text must and must not have in it. */
export interface Expectation {
  readonly contains: readonly string[]
  readonly matches: readonly RegExp[]
  readonly notContains: readonly string[]
  readonly notMatches: readonly RegExp[]
}

const shownCharacters = 200

/** An expectation as a tests file has it. */
export function expectationOf(entry: ExpectationEntry): Expectation {
  return {
    contains: listOf(entry.contains),
    matches: listOf(entry.matches).map(regularExpression),
    notContains: listOf(entry['not-contains']),
    notMatches: listOf(entry['not-matches']).map(regularExpression),
  }
}

function listOf(entry: string | readonly string[] | undefined): readonly string[] {
  if (entry === undefined) return []
  return typeof entry === 'string' ? [entry] : entry
}

/** What a text lacks or has too much, in sentences that begin with its name. */
export function failuresOf(name: string, text: string, expected: Expectation): readonly string[] {
  const lacking = [
    ...expected.contains.filter((part) => !text.includes(part)).map(quoted),
    ...expected.matches.filter((pattern) => !isMatch(pattern, text)).map(String),
  ]
  const unwanted = [
    ...expected.notContains.filter((part) => text.includes(part)).map(quoted),
    ...expected.notMatches.filter((pattern) => isMatch(pattern, text)).map(String),
  ]
  return [
    ...lacking.map((wanted) => `${name} has no ${wanted}: it is ${shown(text)}.`),
    ...unwanted.map((part) => `${name} has ${part}, which it must not have.`),
  ]
}

function isMatch(pattern: RegExp, text: string): boolean {
  return text.search(pattern) >= 0
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function shown(text: string): string {
  if (text === '') return 'empty'
  return quoted(text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`)
}
