import * as valibot from 'valibot'
import type { GenericSchema } from 'valibot'

/** What a text of the file may be, and how that is said. */
export interface Grammar {
  readonly pattern: RegExp
  readonly expects: string
  readonly description: string
}

const repositoryPath = /^(?![-/])(?!(?:.*[/\\])?\.\.(?:[/\\]|$))[^\u0000-\u001f\u007f]+$/

/** A text of a grammar. */
export function textOf({ pattern, expects, description }: Grammar): GenericSchema<string> {
  return valibot.pipe(
    valibot.string(expects),
    valibot.regex(pattern, expects),
    valibot.description(description),
  )
}

/** A path of the repository; what else it may be completes "…, without "..", or …". */
export function pathOf(description: string, otherwise = ''): GenericSchema<string> {
  const expects = `a path relative to the root of the repository, without ".."${otherwise}`
  return textOf({ pattern: repositoryPath, expects, description })
}

/** A list of paths of the repository, at least one. */
export function pathsOf({ item, description }: ListWords): GenericSchema<string[]> {
  return valibot.pipe(
    valibot.array(pathOf(item), 'a list of paths'),
    valibot.minLength(1, 'at least one path'),
    valibot.description(description),
  )
}

interface ListWords {
  /** What one of the list is. */
  readonly item: string
  readonly description: string
}

/** A list of texts of a grammar, at least one. */
export function textsOf(item: Grammar, description: string): GenericSchema<string[]> {
  return valibot.pipe(
    valibot.array(textOf(item), `a list, each ${item.expects}`),
    valibot.minLength(1, 'at least one'),
    valibot.description(description),
  )
}

/** A mapping from names of a grammar to texts of another. */
export function mappingOf({
  name,
  value,
  description,
}: {
  readonly name: Omit<Grammar, 'description'>
  readonly value: Grammar
  readonly description: string
}): GenericSchema<Record<string, string>> {
  return valibot.pipe(
    valibot.record(
      valibot.pipe(valibot.string(), valibot.regex(name.pattern, name.expects)),
      textOf(value),
      `a mapping: ${name.expects}, and ${value.expects}`,
    ),
    valibot.description(description),
  )
}

/** `true` or `false`. */
export function flagOf(description: string): GenericSchema<boolean> {
  return valibot.pipe(valibot.boolean('true or false'), valibot.description(description))
}

/** A whole number within a range, both ends included. */
export function numberOf({
  from,
  to,
  description,
}: {
  readonly from: number
  readonly to: number
  readonly description: string
}): GenericSchema<number> {
  const expects = `a whole number from ${from} to ${to}`
  return valibot.pipe(
    valibot.number(expects),
    valibot.integer(expects),
    valibot.minValue(from, expects),
    valibot.maxValue(to, expects),
    valibot.description(description),
  )
}

/** One of a closed list of words. */
export function wordOf<const Word extends string>(
  words: readonly Word[],
  description: string,
): GenericSchema<Word> {
  return valibot.pipe(
    valibot.picklist(words, `one of ${words.join(', ')}`),
    valibot.description(description),
  )
}

/** A duration such as `10m`. */
export function durationOf(description: string): GenericSchema<string> {
  return textOf({
    pattern: /^(?=\d)(\d{1,6}h)?(\d{1,6}m)?(\d{1,6}s)?$/,
    expects: 'a duration such as 90s, 10m or 1h30m',
    description,
  })
}
