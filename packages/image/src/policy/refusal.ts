import { GateError } from '@oke-pipeline/core'
import type { Digest } from '../digest.ts'
import type { PolicyViolation } from './judge-image.ts'

/** The error for an image that breaks rules which are enforced; none when it breaks none of them. */
export function refusalOf(
  digest: Digest,
  policyFile: string,
  violations: readonly PolicyViolation[],
): GateError | undefined {
  const enforced = violations.filter(({ mode }) => mode === 'enforce')
  const [first] = enforced
  if (first === undefined) return undefined
  const count = enforced.length === 1 ? 'one rule' : `rules in ${enforced.length} places`
  return new GateError({
    title: `Image ${digest} breaks ${count} of policy "${policyFile}"`,
    explanation: enforced
      .map(({ rule, message, remedy, place }) => {
        const where = place?.line === undefined ? '' : `${place.file}:${place.line}: `
        return `\n  - ${rule}: ${where}${message} ${remedy}`
      })
      .join(''),
    remedy:
      '\nThe layout is not handed over. Change the image, or the policy where it asks too much.',
    ...(first.place === undefined ? {} : { place: first.place }),
  })
}
