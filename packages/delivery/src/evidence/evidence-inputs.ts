import { optional, secret, text } from '@oke-pipeline/core'
import type { InputProblem, Values } from '@oke-pipeline/core'
import { requirementsKind, trustInputs, trustLacking } from '@oke-pipeline/evidence'

/** The inputs by which a step is told what must be proved of an image, and where that is kept. */
export const evidenceInputs = {
  'require-evidence': optional(
    requirementsKind(),
    'Signed statements that must be kept with the image, as a YAML list: `- { evidence: test-result, signed-by: [{ identity: "https://github.com/acme/shop/.github/workflows/*@refs/heads/main" }], max-age: 7d }`. What the environments file requires is required besides.',
  ),
  ...trustInputs,
  'registry-username': optional(
    text(),
    'User of the image’s registry, to read the evidence. Without it, OCIR is logged in to by the identity of the inputs `oci-…`, and other registries are read without a login.',
  ),
  'registry-password': optional(secret(), 'Password of that user; for OCIR an auth token.'),
} as const

/** The values of {@link evidenceInputs}. */
export type EvidenceInputs = Values<typeof evidenceInputs>

/** What is wrong with them, taken together. */
export function evidenceInputProblems(inputs: Partial<EvidenceInputs>): readonly InputProblem[] {
  const { 'require-evidence': required = [] } = inputs
  return [
    ...trustLacking(required, inputs).map((problem) => ({ input: 'require-evidence', problem })),
    ...uselessTrust(inputs),
    ...halfLogin(inputs),
  ]
}

/** What the environments file requires is verified with what that file trusts, and nothing else. */
function uselessTrust(inputs: Partial<EvidenceInputs>): readonly InputProblem[] {
  if (inputs['require-evidence'] !== undefined) return []
  return (['trusted-root', 'trusted-keys'] as const)
    .filter((input) => inputs[input] !== undefined)
    .map((input) => ({
      input,
      problem:
        'is only used with "require-evidence"; for "evidence" of the environments file, say there whom to trust',
    }))
}

function halfLogin(inputs: Partial<EvidenceInputs>): readonly InputProblem[] {
  const [first, second] = ['registry-username', 'registry-password'] as const
  if ((inputs[first] === undefined) === (inputs[second] === undefined)) return []
  const [lacking, given] = inputs[first] === undefined ? [first, second] : [second, first]
  return [{ input: lacking, problem: `is required with "${given}"; is the secret empty?` }]
}
