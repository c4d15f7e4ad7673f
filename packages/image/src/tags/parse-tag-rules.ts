import { UnacceptableValue } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'
import { isTag } from '../reference.ts'
import { InvalidFields, ruleFields } from './rule-fields.ts'
import type { Field } from './rule-fields.ts'
import { expressions, refEvents, ruleTypes, shaFormats } from './tag-rule.ts'
import type { RuleKind, RuleType, TagRule } from './tag-rule.ts'
import { InvalidTemplate, parseTemplate } from './template.ts'
import type { Template } from './template.ts'

/** Something wrong with a rule. */
class InvalidRule extends Error {}

/** What rules look like, for messages. */
const expects =
  'rules for tags such as type=semver,pattern={{version}} or type=ref,event=branch, or plain tags, one a line'

/** An input that is a list of rules for tags, in the syntax of docker/metadata-action. */
export function tagRulesKind(): Kind<readonly TagRule[]> {
  return { type: 'Rules', expects, parse: parseTagRules }
}

/**
 * Reads rules for tags, one a line; lines that start with `#` are comments.
 * @throws UnacceptableValue that lists what is wrong in which line.
 */
export function parseTagRules(text: string): readonly TagRule[] {
  const problems: string[] = []
  const rules = text.split(/\r?\n/).flatMap((whole, index) => {
    const line = whole.trim()
    if (line === '' || line.startsWith('#')) return []
    try {
      return rulesOfLine(line, index + 1)
    } catch (error) {
      if (!isProblem(error)) throw error
      problems.push(`line ${index + 1}, "${line}": ${error.message}`)
      return []
    }
  })
  if (problems.length > 0) throw new UnacceptableValue(problems.join('; '))
  return rules
}

function isProblem(error: unknown): error is Error {
  return [InvalidRule, InvalidTemplate, InvalidFields].some((kind) => error instanceof kind)
}

function rulesOfLine(text: string, line: number): readonly TagRule[] {
  const fields = ruleFields(text).filter(({ name, value }) => name !== undefined || value !== '')
  if (text === 'latest=auto') return [latestRule(text, line)]
  if (fields.every(({ name }) => name === undefined)) {
    return fields.map(({ value }) => plainTag(value, line))
  }
  const type = typeOf(fields)
  const attributes = attributesOf(fields, type)
  return [{ text, line, ...sharedOf(type, attributes), ...kindOf(type, attributes) }]
}

const always: Template = ['true']

/** A name in full, as other actions take it, must not become a tag that nobody meant. */
function plainTag(value: string, line: number): TagRule {
  if (!value.includes('{{') && !isTag(value)) {
    throw new InvalidRule(
      `"${value}" is no tag; give it alone, without the name of the image: at most 128 letters, digits, "_", "." and "-"`,
    )
  }
  const template = parseTemplate(value, expressions.everywhere)
  const shared = { enable: always, priority: ruleTypes.raw.priority, prefix: [], suffix: [] }
  return { text: value, line, ...shared, type: 'raw', value: template }
}

/** `latest` for a release, asked for in the words of the `flavor` input of docker/metadata-action. */
function latestRule(text: string, line: number): TagRule {
  const shared = { enable: always, priority: 0, prefix: [], suffix: [] }
  return { text, line, ...shared, type: 'latest' }
}

const knownTypes = Object.keys(ruleTypes)

function typeOf(fields: readonly Field[]): RuleType {
  const given = fields.find(({ name }) => name === 'type')?.value ?? 'raw'
  if (isRuleType(given)) return given
  if (given === 'pep440') {
    throw new InvalidRule(
      'versions of Python (PEP 440) are not read; give type=match with a pattern such as v(.*) and group=1',
    )
  }
  throw new InvalidRule(`there is no type "${given}"; known are ${knownTypes.join(', ')}`)
}

function isRuleType(text: string): text is RuleType {
  return knownTypes.includes(text)
}

type Attributes = ReadonlyMap<string, string>

function attributesOf(fields: readonly Field[], type: RuleType): Attributes {
  const { attributes }: { readonly attributes: readonly string[] } = ruleTypes[type]
  const given = new Map<string, string>()
  for (const { name = 'value', value } of fields) {
    if (!attributes.includes(name)) {
      throw new InvalidRule(`type=${type} has no "${name}"; it has ${attributes.join(', ')}`)
    }
    if (given.has(name)) throw new InvalidRule(`"${name}" is given twice`)
    given.set(name, value)
  }
  return given
}

type Shared = Pick<TagRule, 'enable' | 'priority' | 'prefix' | 'suffix'>

function sharedOf(type: RuleType, attributes: Attributes): Shared {
  const isPullRequest = attributes.get('event') === 'pr'
  const prefix = isPullRequest ? 'pr-' : ruleTypes[type].prefix
  return {
    enable: enableOf(attributes),
    priority: numberOf(attributes, 'priority') ?? ruleTypes[type].priority,
    prefix: parseTemplate(attributes.get('prefix') ?? prefix, expressions.everywhere),
    suffix: parseTemplate(attributes.get('suffix') ?? '', expressions.everywhere),
  }
}

function enableOf(attributes: Attributes): Template {
  const enable = attributes.get('enable') ?? 'true'
  if (['true', 'false'].includes(enable) || enable.includes('{{')) {
    return parseTemplate(enable, expressions.everywhere)
  }
  throw new InvalidRule(`enable is "${enable}"; expected true, false or an expression`)
}

function numberOf(attributes: Attributes, name: string): number | undefined {
  const text = attributes.get(name)
  if (text === undefined || /^\d{1,6}$/.test(text)) return text === undefined ? text : Number(text)
  throw new InvalidRule(`${name} is "${text}"; expected a whole number`)
}

function kindOf(type: RuleType, attributes: Attributes): RuleKind {
  switch (type) {
    case 'raw':
      return { type, value: templateOf(attributes, 'value', expressions.everywhere) }
    case 'ref':
      return { type, event: wordOf(attributes, 'event', refEvents) }
    case 'sha':
      return {
        type,
        format: attributes.has('format') ? wordOf(attributes, 'format', shaFormats) : 'short',
      }
    case 'semver':
      return {
        type,
        pattern: templateOf(attributes, 'pattern', expressions.semver),
        value: optionalTemplate(attributes, 'value'),
        match: attributes.get('match') === undefined ? undefined : patternOf(attributes, 'match'),
      }
    case 'match':
      return {
        type,
        pattern: patternOf(attributes, 'pattern'),
        group: numberOf(attributes, 'group') ?? 0,
        value: optionalTemplate(attributes, 'value'),
      }
    case 'schedule':
      return {
        type,
        pattern: parseTemplate(attributes.get('pattern') ?? 'nightly', expressions.schedule),
      }
    case 'edge':
      return { type, branch: attributes.get('branch') }
  }
}

function requiredOf(attributes: Attributes, name: string): string {
  const value = attributes.get(name)
  if (value !== undefined && value !== '') return value
  throw new InvalidRule(`it lacks "${name}"`)
}

function templateOf(attributes: Attributes, name: string, known: readonly string[]): Template {
  return parseTemplate(requiredOf(attributes, name), known)
}

function optionalTemplate(attributes: Attributes, name: string): Template | undefined {
  const text = attributes.get(name)
  // An expression of the workflow may have given nothing: then the Git tag counts.
  return text === undefined || text === '' ? undefined : parseTemplate(text, expressions.everywhere)
}

function wordOf<const Word extends string>(
  attributes: Attributes,
  name: string,
  words: readonly Word[],
): Word {
  const given = requiredOf(attributes, name)
  const word = words.find((candidate) => candidate === given)
  if (word !== undefined) return word
  throw new InvalidRule(`${name} is "${given}"; expected ${words.join(', ')}`)
}

/** A regular expression, alone or with flags as `/…/i`. */
function patternOf(attributes: Attributes, name: string): RegExp {
  const text = requiredOf(attributes, name)
  const [, source = text, flags = ''] = /^\/(.+)\/([a-z]*)$/.exec(text) ?? []
  try {
    return new RegExp(source, flags.replaceAll(/[gy]/g, ''))
  } catch (error) {
    throw new InvalidRule(`${name} is "${text}", which is no regular expression`, { cause: error })
  }
}
