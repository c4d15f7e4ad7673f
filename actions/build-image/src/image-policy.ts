import { ConfigurationError } from '@oke-pipeline/core'
import type { GateError, Place } from '@oke-pipeline/core'
import type { BuildPorts } from './build-request.ts'
import type { Built, ImageFacts } from './facts.ts'

/** What the policy says of an image. */
export interface Judgement {
  readonly violations: readonly Violation[]
  /** The error that the step ends with, after outputs and summary, where a rule is enforced. */
  readonly refusal: GateError | undefined
}

/** A rule that the image breaks. */
export interface Violation {
  readonly rule: string
  readonly level: 'error' | 'warning'
  readonly message: string
  readonly place: Place | undefined
}

/** Phase "policy" (branch imagefacts): annotates each violation, and says whether the image may go on. */
export function judge(
  built: Built,
  ...[]: readonly [facts: ImageFacts, ports: BuildPorts]
): Promise<Judgement> {
  if (built.request.inputs.policy !== undefined) throw notYet('policy')
  return Promise.resolve({ violations: [], refusal: undefined })
}

function notYet(input: string): ConfigurationError {
  return new ConfigurationError({ title: `Input "${input}" has no effect yet`, explanation: '' })
}
