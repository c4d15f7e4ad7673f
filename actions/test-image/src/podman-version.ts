import { ConfigurationError } from '@oke-pipeline/core'
import type { Ports } from '@oke-pipeline/core'

const oldestMajor = 4

/**
 * The version of podman.
 * @throws {@link ConfigurationError} when there is none, or it is too old.
 */
export async function podmanVersion({ exec }: Pick<Ports, 'exec'>): Promise<string> {
  const { stdout, stderr } = await exec.run({ file: 'podman', args: ['--version'] })
  const version = /\b(\d+)\.\d+\.\d+\S*/.exec(stdout)
  if (version?.[1] !== undefined && Number(version[1]) >= oldestMajor) return version[0]
  throw new ConfigurationError({
    title: 'podman cannot be used',
    explanation: `"podman --version" says ${JSON.stringify((stdout || stderr).trim())}.`,
    remedy: `Install podman ${oldestMajor} or later, as ubuntu-24.04 has it.`,
  })
}
