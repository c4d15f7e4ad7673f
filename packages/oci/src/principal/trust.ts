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
    explanation: problems.map(({ says }) => `\n  - ${says}`).join(''),
    remedy: problems.map(({ remedy }) => `\n${remedy}`).join(''),
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

/** A claim that does not fit, and what to change. */
interface Misfit {
  readonly says: string
  readonly remedy: string
}

function issuerProblem({ iss }: WorkflowClaims, { issuer }: Trust): Misfit | undefined {
  if (iss === issuer) return undefined
  return {
    says: `"iss" is ${shownClaim(iss)}, where the trust has ${issuer}.`,
    remedy: 'Only workflows on github.com can sign in so; elsewhere give another "oci-auth".',
  }
}

function audienceProblem({ aud }: WorkflowClaims, { audience }: Trust): Misfit | undefined {
  const audiences = typeof aud === 'string' ? [aud] : aud
  if (audiences.includes(audience)) return undefined
  return {
    says: `"aud" is ${shownClaim(audiences.join(', '))}, where the trust has ${audience}.`,
    remedy: 'Give as "oci-audience" what the trust has under "clientClaimValues".',
  }
}

/** The token is made for this step: where its times do not fit, the clock does not. */
function timeProblem({ exp, nbf }: WorkflowClaims, now: Date): Misfit | undefined {
  const seconds = now.getTime() / 1000
  const here = `and it is ${now.toISOString()} here: the runner’s clock is`
  const remedy = 'Synchronise the clock of this runner (chrony, ntp).'
  if (exp <= seconds) return { says: `"exp" is ${timeOf(exp)}, ${here} fast.`, remedy }
  // OCI allows for a minute as well ("clockSkewSeconds" of a trust).
  if (nbf === undefined || nbf <= seconds + 60) return undefined
  return { says: `"nbf" is ${timeOf(nbf)}, ${here} slow.`, remedy }
}

function timeOf(seconds: number): string {
  const time = new Date(seconds * 1000)
  return Number.isNaN(time.getTime()) ? 'no time' : time.toISOString()
}

function ruleProblem(claims: WorkflowClaims, rule: TrustRule | undefined): Misfit | undefined {
  if (rule === undefined) return undefined
  const { claim, operator, value: expected } = rule
  const remedy = `${ruleAdvice(claims.sub)} A job without "environment" has another subject than one with it.`
  const value: unknown = Reflect.get(claims, claim)
  if (typeof value !== 'string') {
    return { says: `"${claim}", which the rule asks for, is not in the token.`, remedy }
  }
  const isMatch = operator === 'co' ? value.includes(expected) : equals(value, expected)
  if (isMatch) return undefined
  return { says: `"${claim}" is ${shownClaim(value)}, where the rule has ${expected}.`, remedy }
}

function equals(value: string, expected: string): boolean {
  return expected.endsWith('*') ? value.startsWith(expected.slice(0, -1)) : value === expected
}
