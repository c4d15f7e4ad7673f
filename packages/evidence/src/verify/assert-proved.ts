import { GateError } from '@oke-pipeline/core'
import type { Digest } from '@oke-pipeline/image'
import { evidenceName } from './requirement.ts'
import type { JudgedRequirement, ProvedRequirement } from './verify-evidence.ts'

/**
 * Lets only an image on that has all the evidence which is required of it.
 * @param requiredBy Who requires it, for people: `the input "require-evidence"`.
 * @throws GateError that says, for each requirement that is not met, what was expected and found.
 */
export function assertProved(
  digest: Digest,
  judged: readonly (JudgedRequirement & { readonly requiredBy?: string })[],
): asserts judged is readonly ProvedRequirement[] {
  const lacking = judged.flatMap((one) => {
    if ('evidence' in one) return []
    const { requirement, requiredBy, reason } = one
    const by = requiredBy === undefined ? '' : ` (required by ${requiredBy})`
    return [`\n- ${evidenceName(requirement.evidence)}${by}: ${reason}.`]
  })
  if (lacking.length === 0) return
  throw new GateError({
    title: 'The evidence for the image is not enough',
    explanation: `Of ${digest}: ${lacking.join('')}`,
    remedy:
      '\nRun the steps that give this evidence for this digest, and sign it where it is pushed ("sign" of push-ocir).',
  })
}
