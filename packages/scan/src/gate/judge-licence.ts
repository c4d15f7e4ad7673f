import type { LicenceRule } from '../policy/gate-policy.ts'
import { noObjection } from './judge-vulnerability.ts'
import type { Objection } from './judge-vulnerability.ts'
import { licenceTest } from './licence-expression.ts'

/** Holds licences against the rule: of a choice (`MIT OR GPL-3.0-only`) one that may be is enough. */
export function licenceJudge({ allowed, denied }: LicenceRule): (licence: string) => Objection {
  const isAllowed = allowed === undefined ? undefined : licenceTest(allowed)
  const isDenied = licenceTest(denied)
  const known = new Map<string, Objection>()
  const judged = (licence: string): Objection => {
    if (isDenied.unavoidable(licence)) return blocks('its licence is denied by the policy')
    if (isAllowed === undefined || isAllowed.possible(licence)) return noObjection
    return blocks('its licence is not among those that the policy allows')
  }
  return (licence) => {
    const objection = known.get(licence) ?? judged(licence)
    known.set(licence, objection)
    return objection
  }
}

function blocks(reason: string): Objection {
  return { kind: 'blocks', reason }
}
