import { ConfigurationError } from '@oke-pipeline/core'
import type { Files } from '@oke-pipeline/core'
import { parseEnvironments } from './parse-environments.ts'
import type { Environments } from './schema.ts'

/** Where the environments file is looked for. */
export const defaultEnvironmentsFile = '.github/oke-pipeline.yml'

/**
 * Reads the environments file of the repository.
 * @throws {@link ConfigurationError} when it is absent or not usable.
 */
export async function readEnvironments(
  files: Pick<Files, 'kindOf' | 'readText'>,
  path: string = defaultEnvironmentsFile,
): Promise<Environments> {
  if ((await files.kindOf(path)) !== 'file') {
    throw new ConfigurationError({
      title: `Environments file "${path}" was not found`,
      explanation: 'There is no such file in the checked-out repository.',
      remedy: 'Check the path, and that actions/checkout runs in an earlier step of this job.',
    })
  }
  return parseEnvironments(await files.readText(path), path)
}
