import type { Annotation, Files, GateError, InputProblem } from '@oke-pipeline/core'
import { judgeImage, parseImagePolicy, refusalOf } from '@oke-pipeline/image'
import type { ImagePolicy, PolicyViolation } from '@oke-pipeline/image'
import { questionOf, readDockerfile } from './base-images.ts'
import type { BuildPorts } from './build-request.ts'
import type { Built } from './built.ts'
import type { Inputs } from './declaration.ts'
import type { ImageFacts } from './facts.ts'
import { dockerfileOf } from './input-paths.ts'

/** A policy, and the file that it is in. */
export interface PolicyFile {
  readonly path: string
  readonly policy: ImagePolicy
}

/** What the policy says of an image. */
export interface Judgement {
  /** The file of the policy; undefined where none was asked for. */
  readonly policy: string | undefined
  readonly violations: readonly PolicyViolation[]
  /** The error that the step ends with, after outputs and summary, where a rule is enforced. */
  readonly refusal: GateError | undefined
}

/** What is wrong with the path of the policy, if anything. */
export async function checkPolicy(
  { policy }: Partial<Inputs>,
  files: Files,
): Promise<InputProblem | undefined> {
  if (policy === undefined || (await files.kindOf(policy)) === 'file') return undefined
  return { input: 'policy', got: policy, problem: 'expected a file of the repository' }
}

/**
 * Reads the policy, before anything is built.
 * @throws ConfigurationError that lists all that is wrong in it.
 */
export async function readPolicy(
  { policy }: Inputs,
  { files }: BuildPorts,
): Promise<PolicyFile | undefined> {
  if (policy === undefined) return undefined
  return { path: policy, policy: parseImagePolicy(await files.readText(policy), policy) }
}

/** What is judged. */
interface Judged {
  readonly built: Built
  readonly facts: ImageFacts
  readonly tags: readonly string[]
}

/** Phase "policy": annotates each violation, and says whether the image may go on. */
export async function judge(
  file: PolicyFile | undefined,
  { built, facts, tags }: Judged,
  ports: BuildPorts,
): Promise<Judgement> {
  if (file === undefined) return { policy: undefined, violations: [], refusal: undefined }
  const { inputs } = built.request
  const content = await readDockerfile(inputs, ports)
  const subject = {
    ...{ layout: built.layout, tags, bases: facts.bases, question: questionOf(inputs) },
    dockerfile: content === undefined ? undefined : { path: dockerfileOf(inputs), content },
    now: new Date(ports.clock.now()),
  }
  const violations = await judgeImage(file.policy, subject, ports.signal)
  ports.annotate(violations.map(annotationOf))
  const refusal = refusalOf(built.layout.digest, file.path, violations)
  return { policy: file.path, violations, refusal }
}

function annotationOf({ rule, mode, message, remedy, place }: PolicyViolation): Annotation {
  return {
    level: mode === 'enforce' ? 'error' : 'warning',
    title: `Image policy: ${rule}`,
    message: `${message} ${remedy}`,
    ...(place === undefined ? {} : { place }),
  }
}
