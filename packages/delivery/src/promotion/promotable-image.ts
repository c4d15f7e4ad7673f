import { GateError } from '@oke-pipeline/core'
import type { ObservedRelease } from '@oke-pipeline/kubernetes'

/** What is asked of an environment before its image goes on to the next. */
export interface PromotionRequest {
  readonly environment: { readonly name: string; readonly namespace: string }
  /** What the environment was seen to run. */
  readonly observed: Pick<ObservedRelease, 'digest' | 'image' | 'problems'>
  /** The digest that it should run, where the caller knows it. */
  readonly expectedDigest?: string | undefined
}

/** An image that may be promoted. */
export interface PromotableImage {
  /** `repository@digest`. */
  readonly image: string
  readonly digest: string
}

/**
 * The image that an environment verifiably runs: recorded as deployed, and run by every pod of
 * every workload of the release, all of them ready.
 * @throws {@link GateError} when that is not so, or when another digest is expected.
 */
export function promotableImage(request: PromotionRequest): PromotableImage {
  const { observed, environment, expectedDigest } = request
  const { image, digest } = observed
  if (image === undefined || digest === undefined) throw unverified(request)
  if (expectedDigest !== undefined && expectedDigest !== digest) {
    throw unexpectedDigest(environment.name, { expectedDigest, digest })
  }
  return { image, digest }
}

function unverified({ environment, observed, expectedDigest }: PromotionRequest): GateError {
  const { name, namespace } = environment
  const problems = observed.problems.map((problem) => `\n  - ${problem}`).join('')
  return new GateError({
    title: `"${name}" is not seen to run ${expectedDigest ?? 'one image'}`,
    explanation: `In the namespace "${namespace}":${problems}\n`,
    remedy: `Wait until the rollout has finished, or deploy to "${name}" again.`,
  })
}

function unexpectedDigest(
  name: string,
  { expectedDigest, digest }: { readonly expectedDigest: string; readonly digest: string },
): GateError {
  return new GateError({
    title: `"${name}" runs another image than the one to promote`,
    explanation: `Expected ${expectedDigest}, but every pod runs ${digest}.`,
    remedy: `Another run has deployed to "${name}" since, or this run's deployment was rolled back: deploy again, or leave out "image" to promote what is there.`,
  })
}
