import { ConfigurationError } from '@oke-pipeline/core'
import type { WaiverRule } from '../policy/gate-policy.ts'
import { standingOf } from './standing.ts'
import type { Waiver } from './waiver.ts'

/**
 * Refuses waivers that the policy does not allow, before anything is scanned; expired ones are no
 * mistake in a file, only over.
 * @throws {@link ConfigurationError} that lists all of them with their places.
 */
export function checkWaivers(waivers: readonly Waiver[], rule: WaiverRule, now: Date): void {
  const refused = waivers.flatMap((waiver) => {
    const standing = standingOf(waiver, rule, now)
    return standing.state === 'refused' ? [{ waiver, reason: standing.reason }] : []
  })
  const [first] = refused
  if (first === undefined) return
  const { file, line } = first.waiver.origin
  throw new ConfigurationError({
    title:
      refused.length === 1
        ? 'A waiver is against the policy'
        : `${refused.length} waivers are against the policy`,
    explanation: refused
      .map(({ waiver, reason }) => `\n  - ${placeOf(waiver)}: ${reason}`)
      .join(''),
    remedy: '\nCorrect the waivers, or "waivers" in the policy.',
    place: { file, line },
  })
}

function placeOf({ ids, origin }: Waiver): string {
  const name = ids.length === 0 ? 'a rule without identifier' : ids.join(', ')
  return `${origin.file}:${origin.line} (${name})`
}
