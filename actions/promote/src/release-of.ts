import type { Environment } from '@oke-pipeline/delivery'

/** The name of the release of an environment, which is also deploy-oke's default. */
export function releaseOf({ release }: Environment): string {
  return release ?? 'default'
}
