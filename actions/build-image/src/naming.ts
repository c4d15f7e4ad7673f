import type { Assignment } from '@oke-pipeline/core'
import type { BuildPorts } from './build-request.ts'
import type { Inputs } from './declaration.ts'

/** How an image is to be called, and what it says of itself. */
export interface Naming {
  readonly tags: readonly string[]
  readonly labels: readonly Assignment[]
  readonly annotations: readonly Assignment[]
}

/**
 * Phase "prepare": tags by their rules, labels and annotations from the repository. For now the
 * inputs as they are; the rules (branch imagefacts) go here.
 */
export function namingOf(inputs: Inputs, ...[]: readonly [ports: BuildPorts]): Promise<Naming> {
  return Promise.resolve({
    tags: inputs.tags ?? [],
    labels: inputs.labels ?? [],
    annotations: inputs.annotations ?? [],
  })
}
