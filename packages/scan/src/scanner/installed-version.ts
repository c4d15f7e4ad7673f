import { ConfigurationError } from '@oke-pipeline/core'
import type { Exec } from '@oke-pipeline/core'
import * as v from 'valibot'
import { versionCommand } from './grype-command.ts'

const versionSchema = v.object({ application: v.literal('grype'), version: v.string() })

/**
 * The version that a program says it has; a build without one says `[not provided]`.
 * @returns undefined when there is no such program.
 * @throws {@link ConfigurationError} when the program is not Grype.
 */
export async function installedVersion(grype: string, exec: Exec): Promise<string | undefined> {
  const said = await askVersion(grype, exec)
  if (said === undefined) return undefined
  const outcome = v.safeParse(versionSchema, said)
  if (outcome.success) return outcome.output.version
  throw new ConfigurationError({
    title: `Program "${grype}" is not Grype`,
    explanation: `"${grype} version --output json" does not answer as Grype does.`,
    remedy: 'Give the path of Grype in "grype", or leave it out to have it downloaded.',
  })
}

async function askVersion(grype: string, exec: Exec): Promise<unknown> {
  try {
    const { stdout } = await exec.run(versionCommand(grype))
    return jsonOrNull(stdout)
  } catch (error) {
    // The port reports a program that is not there as a mistake of configuration.
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
