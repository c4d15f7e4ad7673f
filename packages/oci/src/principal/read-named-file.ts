import { isAbsolute, join } from 'node:path'
import { ConfigurationError, messageOf } from '@oke-pipeline/core'
import type { PrincipalPorts } from './ports.ts'

/**
 * Reads a file that a setting names, such as `key_file` of a profile. Relative paths are those of
 * the home folder: there is no other folder that they could mean.
 * @throws ConfigurationError that names the setting.
 */
export async function readNamedFile(
  setting: string,
  path: string,
  ports: Pick<PrincipalPorts, 'readFile' | 'homeFolder'>,
): Promise<string> {
  try {
    return await ports.readFile(expanded(path, ports.homeFolder))
  } catch (error) {
    throw new ConfigurationError({
      title: `The file that ${setting} names cannot be read`,
      explanation: `${path}: ${messageOf(error)}.`,
      remedy: 'Write the file in an earlier step of this job, or correct the path.',
      cause: error,
    })
  }
}

function expanded(path: string, homeFolder: string): string {
  if (path.startsWith('~/')) return join(homeFolder, path.slice(2))
  return isAbsolute(path) ? path : join(homeFolder, path)
}
