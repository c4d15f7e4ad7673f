import { ConfigurationError } from '@oke-pipeline/core'
import type { Exec } from '@oke-pipeline/core'

/** The majors whose rendering was tried. */
const knownMajors = ['v3', 'v4']

/**
 * Finds Helm in PATH.
 * @throws {@link ConfigurationError} when it is not there, or is neither Helm 3 nor Helm 4.
 */
export async function findHelm(exec: Exec): Promise<string> {
  const { stdout } = await exec.run({
    file: 'helm',
    args: ['version', '--template', '{{.Version}}'],
    timeoutSeconds: 30,
  })
  const version = stdout.trim()
  if (knownMajors.some((major) => version.startsWith(`${major}.`))) return 'helm'
  throw new ConfigurationError({
    title: `Helm "${version}" in PATH is not used`,
    explanation: 'Charts are rendered by Helm 3 or Helm 4.',
    remedy: 'Install one of these in an earlier step, before the other one in PATH.',
  })
}
