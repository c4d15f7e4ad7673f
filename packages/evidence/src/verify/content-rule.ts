import * as v from 'valibot'
import { predicateTypes } from '../statement.ts'

const value = v.union([v.string(), v.number(), v.boolean()])

/** What a field of a predicate must be: all the bounds that are given hold. */
export const contentRuleSchema = v.strictObject({
  field: v.pipe(
    v.string(),
    v.regex(/^[^.]+(\.[^.]+)*$/, 'names, separated by dots'),
    v.description('Names of fields, separated by dots; numbers for the items of a list.'),
  ),
  equals: v.optional(value),
  'one-of': v.optional(v.pipe(v.array(value), v.minLength(1))),
  'at-most': v.optional(v.number()),
  'at-least': v.optional(v.number()),
})

/** What {@link contentRuleSchema} reads; without a bound, the field must be there. */
export type ContentRule = v.InferOutput<typeof contentRuleSchema>

/** What must hold for claims that say yes or no, whatever else is asked of them. */
export const standingRules: Readonly<Record<string, readonly ContentRule[]>> = {
  [predicateTypes.testResult]: [{ field: 'result', 'one-of': ['PASSED', 'WARNED'] }],
  [predicateTypes.vulnerabilities]: [{ field: 'okePipeline_verdict.verdict', equals: 'pass' }],
}

/** In which way a predicate breaks a rule, as half a sentence; undefined where it holds. */
export function breachOf(rule: ContentRule, predicate: unknown): string | undefined {
  const found = rule.field.split('.').reduce<unknown>(fieldOf, predicate)
  const name = `"${rule.field}"`
  if (found === undefined || found === null) return `it has no ${name}`
  const shown = shownValue(found)
  const expected = [
    rule.equals === undefined || found === rule.equals ? '' : shownValue(rule.equals),
    rule['one-of']?.some((one) => one === found) === false ? listed(rule['one-of']) : '',
    isWithin(found, rule['at-most'], (a, b) => a <= b) ? '' : `at most ${rule['at-most'] ?? ''}`,
    isWithin(found, rule['at-least'], (a, b) => a >= b) ? '' : `at least ${rule['at-least'] ?? ''}`,
  ].filter((part) => part !== '')
  if (expected.length === 0) return undefined
  return `its ${name} is ${shown}, expected ${expected.join(' and ')}`
}

function isWithin(
  found: unknown,
  bound: number | undefined,
  holds: (found: number, bound: number) => boolean,
): boolean {
  return bound === undefined || (typeof found === 'number' && holds(found, bound))
}

/** Own fields only: what every object inherits is no claim. */
function fieldOf(container: unknown, name: string): unknown {
  if (typeof container !== 'object' || container === null) return undefined
  return Object.hasOwn(container, name) ? (Reflect.get(container, name) as unknown) : undefined
}

function listed(values: readonly unknown[]): string {
  return `one of ${values.map(shownValue).join(', ')}`
}

const longestShown = 100

function shownValue(found: unknown): string {
  const text = JSON.stringify(found)
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
}
