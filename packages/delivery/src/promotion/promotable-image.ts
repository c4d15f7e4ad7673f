import { GateError } from '@oke-pipeline/core'

/** A workload of a release, as it was seen in the cluster. */
export interface SeenWorkload {
  readonly reference: { readonly kind: string; readonly name: string }
  readonly phase: 'ready' | 'progressing' | 'failed'
  /** Why it is not ready, or that it is. */
  readonly message: string
  readonly wantedPods: number
  readonly readyPods: number
  /** Every digest that its containers with the image of the release were seen to run. */
  readonly digests: readonly string[]
}

/** What is recorded of the release in force, and what was seen of it. */
export interface SeenRelease {
  readonly record: {
    readonly revision: number
    readonly image: {
      readonly repository: string
      readonly digest: string
      /** Every digest by which a container runtime may report the image. */
      readonly observable: readonly string[]
    }
  }
  readonly workloads: readonly SeenWorkload[]
}

/** An image by its name and digest. */
export interface PromotableImage {
  readonly repository: string
  readonly digest: string
}

/** What is asked of an environment before its image goes on to the next. */
export interface PromotionRequest {
  readonly environment: { readonly name: string; readonly namespace: string }
  readonly release: SeenRelease | undefined
  /** The digest that the environment should run, where the caller knows it. */
  readonly expectedDigest?: string | undefined
}

/**
 * The image that an environment verifiably runs: recorded as deployed, and run by every pod of
 * every workload of the release, all of them ready.
 * @throws {@link GateError} when anything of that is not so, or when another digest is expected.
 */
export function promotableImage(request: PromotionRequest): PromotableImage {
  const { release, environment, expectedDigest } = request
  if (release === undefined) throw nothingDeployed(environment)
  const { repository, digest, observable } = release.record.image
  // A digest that is not the expected one explains all that follows from it.
  if (expectedDigest !== undefined && expectedDigest !== digest) {
    throw unexpectedDigest(environment, { expectedDigest, digest })
  }
  const problems = release.workloads.flatMap((workload) => problemsOf(workload, observable))
  if (problems.length > 0) throw unverified(environment, { digest, problems })
  if (release.workloads.every(({ digests }) => digests.length === 0)) {
    throw unverified(environment, { digest, problems: ['no pod runs it'] })
  }
  return { repository, digest }
}

type EnvironmentName = PromotionRequest['environment']

function problemsOf(workload: SeenWorkload, observable: readonly string[]): readonly string[] {
  const { reference, phase, message, digests } = workload
  const name = `${reference.kind}/${reference.name}`
  const others = digests.filter((digest) => !observable.includes(digest))
  return [
    ...others.map((digest) => `${name} runs ${digest}`),
    ...(phase === 'ready' ? [] : [`${name}: ${message}`]),
  ]
}

function nothingDeployed({ name, namespace }: EnvironmentName): GateError {
  return new GateError({
    title: `Nothing to promote from "${name}"`,
    explanation: `The namespace "${namespace}" has no record of a successful deployment by deploy-oke.`,
    remedy: `Deploy to "${name}" first, and check the namespace and release in the environments file.`,
  })
}

function unexpectedDigest(
  { name }: EnvironmentName,
  { expectedDigest, digest }: { readonly expectedDigest: string; readonly digest: string },
): GateError {
  return new GateError({
    title: `"${name}" runs another image than the one to promote`,
    explanation: `Expected ${expectedDigest}, but the release in force is ${digest}.`,
    remedy: `Another run has deployed to "${name}" since, or its deployment was rolled back: deploy again, or leave out "image" to promote what is there.`,
  })
}

function unverified(
  { name, namespace }: EnvironmentName,
  { digest, problems }: { readonly digest: string; readonly problems: readonly string[] },
): GateError {
  return new GateError({
    title: `"${name}" is not seen to run ${digest}`,
    explanation: `In the namespace "${namespace}":${problems.map((problem) => `\n  - ${problem}`).join('')}\n`,
    remedy: `Wait until the rollout has finished, or deploy to "${name}" again.`,
  })
}
