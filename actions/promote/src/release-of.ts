import { ConfigurationError } from '@oke-pipeline/core'
import { defaultReleaseName } from '@oke-pipeline/delivery'
import type { Environment } from '@oke-pipeline/delivery'

/**
 * The name of the release of an environment, as deploy-oke has it: that of the environments file,
 * else one made of the image's name.
 * @throws {@link ConfigurationError} when neither is known.
 */
export function releaseOf({ name, release }: Environment, repository?: string): string {
  if (release !== undefined) return release
  if (repository !== undefined) return defaultReleaseName(repository)
  throw new ConfigurationError({
    title: `Which release of "${name}" to look at is not known`,
    explanation: `"${name}" has no "release" in the environments file, and the input "image" is not given.`,
    remedy: `Add "release" to "${name}", or give the image that is expected there as "image".`,
  })
}
