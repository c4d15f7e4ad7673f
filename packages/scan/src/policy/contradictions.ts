import type { YamlProblem } from '@oke-pipeline/core'
import * as v from 'valibot'
import { isAtLeast, severities } from '../finding.ts'
import type { RatedSeverity, Severity } from '../finding.ts'
import { defaultGatePolicy } from './gate-policy.ts'
import { licencesSchema, limitsSchema, ruleSchema, waiverRuleSchema } from './policy-file.ts'

type Rule = v.InferOutput<typeof ruleSchema>

/**
 * What in a policy cannot be meant: rules that nothing fulfils, that say nothing, or that others
 * make meaningless. Parts that are not well-formed are left to the schema.
 */
export function contradictionsIn(data: unknown): readonly YamlProblem[] {
  const policy = v.safeParse(v.record(v.string(), v.unknown()), data)
  if (!policy.success) return []
  const { vulnerabilities, licences, limits, waivers } = policy.output
  const rules = rulesIn(vulnerabilities)
  return [
    ...rules.flatMap(({ rule, index }) => inRule(rule, ['vulnerabilities', index])),
    ...inLicences(licences),
    ...inLimits(limits, rules),
    ...inWaivers(waivers),
    ...nothingGated(policy.output),
  ]
}

interface PlacedRule {
  readonly rule: Rule
  readonly index: number
}

function rulesIn(data: unknown): readonly PlacedRule[] {
  if (!Array.isArray(data)) return []
  return data.flatMap((item: unknown, index) => {
    const parsed = v.safeParse(ruleSchema, item)
    return parsed.success ? [{ rule: parsed.output, index }] : []
  })
}

function inRule(rule: Rule, path: readonly (string | number)[]): readonly YamlProblem[] {
  const conditions = Object.entries(rule).filter(
    ([key, value]) => key !== 'grace' && key !== 'unrated' && value !== false,
  )
  const empty = { path, text: ': it has no condition; give at least one, such as "severity"' }
  const unrated = { path: [...path, 'unrated'], text: ': it says nothing without "severity"' }
  return [
    ...(conditions.length === 0 ? [empty] : []),
    ...(rule.unrated !== undefined && rule.severity === undefined ? [unrated] : []),
    ...inGrace(rule, [...path, 'grace', 'days']),
  ]
}

function inGrace(
  { grace, severity }: Rule,
  path: readonly (string | number)[],
): readonly YamlProblem[] {
  if (grace === undefined) return []
  const given = severities.filter((name) => grace.days[name] !== undefined)
  return [
    ...given
      .filter((name) => isNeverMet(name, severity))
      .map((name) => ({
        path: [...path, name],
        text: `: the rule is for ${String(severity)} or worse, so that this is never used`,
      })),
    ...longerThanLess(grace.days, path),
  ]
}

function isNeverMet(name: Severity, cutoff: RatedSeverity | undefined): boolean {
  return name !== 'unknown' && cutoff !== undefined && !isAtLeast(name, cutoff)
}

/** Whoever gives a critical one more time than a high one has mixed them up. */
function longerThanLess(
  days: Readonly<Partial<Record<Severity, number | undefined>>>,
  path: readonly (string | number)[],
): readonly YamlProblem[] {
  const given = severities.filter((name) => name !== 'unknown' && days[name] !== undefined)
  return given.flatMap((name, index) => {
    const less = given[index + 1]
    const [own = 0, other = Infinity] = [days[name], less === undefined ? undefined : days[less]]
    if (less === undefined || own <= other) return []
    const text = `: ${own} days are more than the ${other} of "${less}", which is less severe`
    return [{ path: [...path, name], text }]
  })
}

function inLicences(data: unknown): readonly YamlProblem[] {
  const parsed = v.safeParse(licencesSchema, data)
  if (!parsed.success) return []
  const { allowed = [], denied = [] } = parsed.output
  const both = new Set(allowed.map((id) => id.toLowerCase()))
  return denied.flatMap((id, index) =>
    both.has(id.toLowerCase())
      ? [{ path: ['licences', 'denied', index], text: `: "${id}" is allowed and denied` }]
      : [],
  )
}

function inLimits(data: unknown, rules: readonly PlacedRule[]): readonly YamlProblem[] {
  const parsed = v.safeParse(limitsSchema, data)
  if (!parsed.success) return []
  return severities.flatMap((name) => {
    const limit = parsed.output[name]
    const rule = rules.find((placed) => closesAtEvery(placed.rule, name))
    if (limit === undefined || limit === 0 || rule === undefined) return []
    const text = `: ${limit} are allowed, but vulnerabilities[${rule.index}] closes the gate at each`
    return [{ path: ['limits', name], text }]
  })
}

/** Whether a rule asks for nothing but a severity, and has this one. */
function closesAtEvery(rule: Rule, name: Severity): boolean {
  const { severity, unrated = true, fixable, epss, grace } = rule
  const types = rule['package-types'] ?? []
  const isNarrow = fixable === true || rule['known-exploited'] === true || types.length > 0
  if (severity === undefined || isNarrow || epss !== undefined || grace !== undefined) return false
  return name === 'unknown' ? unrated : isAtLeast(name, severity)
}

function inWaivers(data: unknown): readonly YamlProblem[] {
  const parsed = v.safeParse(waiverRuleSchema, data)
  if (!parsed.success) return []
  const { longestDays } = defaultGatePolicy.waivers
  const { 'soon-days': soon, 'longest-days': longest = longestDays } = parsed.output
  if (soon === undefined || soon < longest) return []
  const text = `: ${soon} days are not less than the longest waiver of ${longest}: all would be warned of`
  return [{ path: ['waivers', 'soon-days'], text }]
}

function nothingGated(policy: Readonly<Record<string, unknown>>): readonly YamlProblem[] {
  const { vulnerabilities, secrets, misconfigurations, licences, limits } = policy
  const hasRules = !Array.isArray(vulnerabilities) || vulnerabilities.length > 0
  const others = [misconfigurations, licences, limits].some((part) => part !== undefined)
  if (hasRules || secrets !== false || others) return []
  return [{ path: ['vulnerabilities'], text: ': nothing would close this gate' }]
}
