import type { WaiverFact, WaiverRule } from '../policy/gate-policy.ts'
import type { Waiver } from './waiver.ts'

/** Whether a waiver counts today. */
export type Standing =
  | { readonly state: 'in-force'; readonly isEndingSoon: boolean }
  | { readonly state: 'expired' }
  /** `reason` is a whole sentence. */
  | { readonly state: 'refused'; readonly reason: string }

const dayMilliseconds = 86_400_000

/** Where a waiver stands, by the policy and the day. */
export function standingOf(waiver: Waiver, rule: WaiverRule, now: Date): Standing {
  const { expires } = waiver
  if (expires !== undefined && now >= expires) return { state: 'expired' }
  const reason = reasonAgainst(waiver, rule, now)
  if (reason !== undefined) return { state: 'refused', reason }
  const left = expires === undefined ? Infinity : expires.getTime() - now.getTime()
  return { state: 'in-force', isEndingSoon: left <= rule.soonDays * dayMilliseconds }
}

const names: Readonly<Record<WaiverFact, string>> = {
  expiry: 'an expiry date',
  owner: 'an owner',
  reason: 'a reason',
}

function reasonAgainst(waiver: Waiver, rule: WaiverRule, now: Date): string | undefined {
  const missing = waiver.lacks.filter((fact) => rule.require.includes(fact))
  if (missing.length > 0) {
    return `It lacks ${listOf(missing)}, which the policy requires.`
  }
  if (isTooLong(waiver, rule, now)) {
    return `It expires more than ${rule.longestDays} days from now, which is longer than the policy allows.`
  }
  return undefined
}

/** What is missing, in words: `an owner and a reason`. */
export function listOf(facts: readonly WaiverFact[]): string {
  return facts.map((fact) => names[fact]).join(' and ')
}

/** Counted from the start of the day: a waiver made today for the longest time is not too long. */
function isTooLong({ expires }: Waiver, { longestDays }: WaiverRule, now: Date): boolean {
  if (expires === undefined) return false
  const today = Math.floor(now.getTime() / dayMilliseconds) * dayMilliseconds
  return expires.getTime() - today > (longestDays + 1) * dayMilliseconds
}
