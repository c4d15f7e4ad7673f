import { ConfigurationError } from '@oke-pipeline/core'
import { shownClaim } from './token-claims.ts'
import { workflowClaims } from './workflow-claims.ts'
import type { WorkflowClaims } from './workflow-claims.ts'

/** What the identity propagation trust in OCI expects of a token, as far as the workflow knows it. */
export interface Trust {
  readonly issuer: string
  readonly audience: string
  /** A rule of the trust; not checked if absent. */
  readonly rule: TrustRule | undefined
}

/** Which tokens a trust takes: `sub eq repo:acme/shop:environment:production`. */
export interface TrustRule {
  readonly claim: string
  /** `eq`, where a `*` at the end stands for anything, or `co`: contains. */
  readonly operator: 'eq' | 'co'
  readonly value: string
}

/**
 * Checks a token against the trust before it is sent: the service itself says only that no rule
 * matched. Returns what the token says.
 * @throws ConfigurationError that names each claim that the trust would miss, and its value.
 */
export function checkTrust(token: string, trust: Trust, now: Date): WorkflowClaims {
  const claims = workflowClaims(token)
  const problems = [
    issuerProblem(claims, trust),
    audienceProblem(claims, trust),
    timeProblem(claims, now),
    ruleProblem(claims, trust.rule),
  ].filter((problem) => problem !== undefined)
  if (problems.length === 0) return claims
  throw new ConfigurationError({
    title: 'The workflow’s OIDC token does not fit the trust in OCI',
    explanation: problems.map((problem) => `\n  - ${problem}`).join(''),
    remedy: `\n${ruleAdvice(claims.sub)}`,
  })
}

/**
 * Reads a rule as it is written in a trust.
 * @throws ConfigurationError, also for a value in quotes: OCI would take them for a part of it.
 */
export function parseRule(text: string): TrustRule {
  const [, claim, operator, value = ''] = /^([A-Za-z_]\w*) (eq|co) (\S.*)$/.exec(text.trim()) ?? []
  const isQuoted = /^["'].*["']$/.test(value)
  if (claim !== undefined && !isQuoted) {
    return { claim, operator: operator === 'co' ? 'co' : 'eq', value }
  }
  throw new ConfigurationError({
    title: `"${text}" is not a rule of a trust`,
    explanation: isQuoted
      ? 'Its value is in quotes, and a quoted value matches no token.'
      : 'A rule is a claim, "eq" or "co", and a value.',
    remedy: 'Write it as "sub eq repo:<owner>/<name>:environment:<environment>".',
  })
}

/** The rule to put into the trust for this workflow. Values of rules are not quoted. */
export function ruleAdvice(subject: string): string {
  return `The trust needs the rule "sub eq ${shownClaim(subject)}" (without quotes around the value).`
}

function issuerProblem({ iss }: WorkflowClaims, { issuer }: Trust): string | undefined {
  if (iss === issuer) return undefined
  return `"iss" is ${shownClaim(iss)}, where the trust has ${issuer}.`
}

function audienceProblem({ aud }: WorkflowClaims, { audience }: Trust): string | undefined {
  const audiences = typeof aud === 'string' ? [aud] : aud
  if (audiences.includes(audience)) return undefined
  return `"aud" is ${shownClaim(audiences.join(', '))}, where the trust has ${audience}.`
}

function timeProblem({ exp, nbf }: WorkflowClaims, now: Date): string | undefined {
  const seconds = now.getTime() / 1000
  if (exp <= seconds) return `"exp" is ${timeOf(exp)}, and it is ${now.toISOString()} here.`
  // OCI allows for a minute as well ("clockSkewSeconds" of a trust).
  if (nbf === undefined || nbf <= seconds + 60) return undefined
  return `"nbf" is ${timeOf(nbf)}, and it is ${now.toISOString()} here: the runner’s clock is slow.`
}

function timeOf(seconds: number): string {
  const time = new Date(seconds * 1000)
  return Number.isNaN(time.getTime()) ? 'no time' : time.toISOString()
}

function ruleProblem(claims: WorkflowClaims, rule: TrustRule | undefined): string | undefined {
  if (rule === undefined) return undefined
  const { claim, operator, value: expected } = rule
  const value: unknown = Reflect.get(claims, claim)
  if (typeof value !== 'string') return `"${claim}", which the rule asks for, is not in the token.`
  const isMatch = operator === 'co' ? value.includes(expected) : equals(value, expected)
  return isMatch ? undefined : `"${claim}" is ${shownClaim(value)}, where the rule has ${expected}.`
}

function equals(value: string, expected: string): boolean {
  return expected.endsWith('*') ? value.startsWith(expected.slice(0, -1)) : value === expected
}
