import { UnacceptableValue } from './kind.ts'
import type { Kind } from './kind.ts'

/** Text in one line, without control characters, optionally of a given grammar. */
export function text(grammar?: {
  readonly pattern: RegExp
  readonly expects: string
}): Kind<string> {
  const expects = grammar?.expects ?? 'text in one line'
  return {
    type: 'Text',
    expects,
    parse(value) {
      rejectControlCharacters(value)
      if (grammar !== undefined && !grammar.pattern.test(value)) throw new UnacceptableValue('')
      return value
    },
  }
}

/** A password, token or key: masked before it is looked at. */
export function secret(): Kind<string> {
  return {
    type: 'Secret',
    expects: 'a secret',
    parse: (value) => value,
    secretsOf: (value) => [value],
  }
}

/** `true` or `false`, in the spellings of the YAML 1.2 core schema. */
export function boolean(): Kind<boolean> {
  return {
    type: 'Boolean',
    expects: 'true or false',
    parse(value) {
      if (['true', 'True', 'TRUE'].includes(value)) return true
      if (['false', 'False', 'FALSE'].includes(value)) return false
      throw new UnacceptableValue('')
    },
  }
}

/** One of a closed list of words. */
export function oneOf<const Word extends string>(words: readonly Word[]): Kind<Word> {
  return {
    type: 'Word',
    expects: `one of ${words.join(', ')}`,
    parse(value) {
      const word = words.find((candidate) => candidate === value)
      if (word === undefined) throw new UnacceptableValue('')
      return word
    },
  }
}

/** A whole number within a range, both ends included. */
export function integer(range: { readonly from: number; readonly to: number }): Kind<number> {
  return {
    type: 'Number',
    expects: `a whole number from ${range.from} to ${range.to}`,
    parse(value) {
      const number = Number(value)
      if (!/^-?\d+$/.test(value) || number < range.from || number > range.to) {
        throw new UnacceptableValue('')
      }
      return number
    },
  }
}

const secondsIn = { s: 1, m: 60, h: 3600 } as const

/** A duration such as `90s`, `10m` or `1h30m`; its value is in seconds. */
export function duration(range: { readonly from: number; readonly to: number }): Kind<number> {
  return {
    type: 'Duration',
    expects: `a duration such as 90s, 10m or 1h30m, from ${range.from}s to ${range.to}s`,
    parse(value) {
      const seconds = secondsOf(value)
      if (seconds === undefined || seconds < range.from || seconds > range.to) {
        throw new UnacceptableValue('')
      }
      return seconds
    },
  }
}

function secondsOf(value: string): number | undefined {
  const match = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(value)
  if (match === null || value === '') return undefined
  const [, hours = '0', minutes = '0', seconds = '0'] = match
  return Number(hours) * secondsIn.h + Number(minutes) * secondsIn.m + Number(seconds)
}

/** One value a line; blank lines are left out. */
export function lines<T>(item: Kind<T>): Kind<readonly T[]> {
  return listOf(item, { separator: /\r?\n/, says: 'one a line' })
}

/** Values separated by newlines or commas; blanks are left out. */
export function list<T>(item: Kind<T>): Kind<readonly T[]> {
  return listOf(item, { separator: /\r?\n|,/, says: 'separated by newlines or commas' })
}

function listOf<T>(
  item: Kind<T>,
  { separator, says }: { readonly separator: RegExp; readonly says: string },
): Kind<readonly T[]> {
  return {
    ...(item.secretsOf === undefined ? {} : { secretsOf: item.secretsOf.bind(item) }),
    type: 'List',
    expects: `${item.expects}; several ${says}`,
    parse: (value) =>
      value
        .split(separator)
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .map((part) => parseItem(item, part)),
  }
}

function parseItem<T>(item: Kind<T>, part: string): T {
  try {
    return item.parse(part)
  } catch (error) {
    if (!(error instanceof UnacceptableValue)) throw error
    const because = error.message === '' ? '' : `: ${error.message}`
    throw new UnacceptableValue(`${JSON.stringify(part)} is not${because}`, { cause: error })
  }
}

/** `NAME=value` pairs, one a line, such as build arguments. */
export function assignments(): Kind<readonly Assignment[]> {
  return lines({
    type: 'List',
    expects: 'NAME=value',
    parse(value) {
      const match = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.*)$/s.exec(value)
      if (match?.[1] === undefined || match[2] === undefined) throw new UnacceptableValue('')
      rejectControlCharacters(match[2])
      return { name: match[1], value: match[2] }
    },
  })
}

/** A name with its value. */
export interface Assignment {
  readonly name: string
  readonly value: string
}

/**
 * A path relative to the workspace, or an absolute one; never one that climbs out by `..` or that
 * a tool could take for an option. Where it may lie is checked by the files port when it is used.
 */
export function path(): Kind<string> {
  return {
    type: 'Path',
    expects: 'a path below the workspace (or the runner’s temp folder), without ".."',
    parse(value) {
      rejectControlCharacters(value)
      if (value.startsWith('-')) throw new UnacceptableValue('it starts with "-"')
      if (value.split(/[/\\]/).includes('..')) throw new UnacceptableValue('it contains ".."')
      return value
    },
  }
}

function rejectControlCharacters(value: string): void {
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
    throw new UnacceptableValue('it contains a line break or another control character')
  }
}
