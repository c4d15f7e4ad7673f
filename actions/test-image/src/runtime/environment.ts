import { ConfigurationError } from '@oke-pipeline/core'
import type { Files } from '@oke-pipeline/core'
import type { ContainerSpec } from './container-spec.ts'

/** Variables that decide what a runtime's client does: their values cannot be handed through it. */
const ofTheClient =
  /^(PATH|HOME|TMPDIR|DOCKER_|CONTAINER|XDG_|LD_|NERDCTL_|REGISTRY_|BUILDAH_|STORAGE_|_|GO)/

/**
 * Hands variables to a container without their values on a command line: in a file that only this
 * user may read; those of several lines, which such a file cannot hold, by the environment of the
 * client.
 */
export async function handOver(
  variables: Readonly<Record<string, string>>,
  { writeSecret }: Pick<Files, 'writeSecret'>,
): Promise<Pick<ContainerSpec, 'environmentFile' | 'inherited'>> {
  const entries = Object.entries(variables)
  const inherited = entries.filter(([, value]) => /[\r\n]/.test(value))
  for (const [name] of inherited) if (ofTheClient.test(name)) throw notInLines(name)
  const lines = entries.filter((entry) => !inherited.includes(entry))
  const text = lines.map(([name, value]) => `${name}=${value}\n`).join('')
  return {
    environmentFile: text === '' ? undefined : await writeSecret('environment', text),
    inherited: Object.fromEntries(inherited),
  }
}

function notInLines(name: string): ConfigurationError {
  return new ConfigurationError({
    title: `Variable "${name}" cannot have a value of several lines`,
    explanation:
      'Values with line breaks go through the environment of the runtime’s client, which acts on variables of that name.',
    remedy: 'Give the value in one line, or write it into a file of the image.',
  })
}
