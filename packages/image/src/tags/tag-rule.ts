import { dateExpressions, globalExpressions } from './global-expressions.ts'
import type { Template } from './template.ts'

/** What every rule has. */
interface Shared {
  /** The rule as it was written, and its line in the input, for messages. */
  readonly text: string
  readonly line: number
  readonly enable: Template
  readonly priority: number
  readonly prefix: Template
  readonly suffix: Template
}

/** A rule that makes a tag of an image out of what is built. */
export type TagRule = Shared & RuleKind

/** What a rule makes its tag from. */
export type RuleKind =
  | { readonly type: 'raw'; readonly value: Template }
  | { readonly type: 'ref'; readonly event: RefEvent }
  | { readonly type: 'sha'; readonly format: ShaFormat }
  | {
      readonly type: 'semver'
      readonly pattern: Template
      readonly value: Template | undefined
      readonly match: RegExp | undefined
    }
  | {
      readonly type: 'match'
      readonly pattern: RegExp
      readonly group: number
      readonly value: Template | undefined
    }
  | { readonly type: 'schedule'; readonly pattern: Template }
  | { readonly type: 'edge'; readonly branch: string | undefined }
  | { readonly type: 'latest' }

/** Kinds of refs that `type=ref` can be for. */
export const refEvents = ['branch', 'tag', 'pr'] as const
type RefEvent = (typeof refEvents)[number]

/** How much of the commit `type=sha` gives. */
export const shaFormats = ['short', 'long'] as const
type ShaFormat = (typeof shaFormats)[number]

/** What a rule of some type may say. */
export interface RuleGrammar {
  readonly attributes: readonly string[]
  readonly priority: number
  readonly prefix: string
}

const forAll = ['type', 'enable', 'priority', 'prefix', 'suffix']

function grammar(priority: number, own: readonly string[], prefix = ''): RuleGrammar {
  return { priority, prefix, attributes: [...forAll, ...own] }
}

/** The types of rules, with the priorities and prefixes that docker/metadata-action gives them. */
export const ruleTypes = {
  schedule: grammar(1000, ['pattern']),
  semver: grammar(900, ['pattern', 'value', 'match']),
  match: grammar(800, ['pattern', 'group', 'value']),
  edge: grammar(700, ['branch']),
  ref: grammar(600, ['event']),
  raw: grammar(200, ['value']),
  sha: grammar(100, ['format'], 'sha-'),
} as const satisfies Record<string, RuleGrammar>

/** A word after `type=`. */
export type RuleType = keyof typeof ruleTypes

/** Expressions by where they can be used. */
export const expressions = {
  everywhere: globalExpressions,
  schedule: dateExpressions,
  semver: ['raw', 'version', 'major', 'minor', 'patch'],
} as const
