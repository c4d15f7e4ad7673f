import { ConfigurationError } from '@oke-pipeline/core'
import type { Exec } from '@oke-pipeline/core'
import * as v from 'valibot'
import { scannerTitles } from './scan-problems.ts'
import type { ScannerName } from './scanner.ts'

const asking = {
  grype: {
    args: ['version', '--output', 'json'],
    answer: v.pipe(
      v.object({ application: v.literal('grype'), version: v.string() }),
      v.transform(({ version }) => version),
    ),
  },
  trivy: {
    args: ['version', '--format', 'json'],
    answer: v.pipe(
      v.object({ Version: v.string() }),
      v.transform(({ Version }) => Version),
    ),
  },
} as const

/**
 * The version that a program says it has; a build without one says `[not provided]` or `dev`.
 * @returns undefined when there is no such program.
 * @throws {@link ConfigurationError} when the program is not this scanner.
 */
export async function programVersion(
  name: ScannerName,
  file: string,
  exec: Exec,
): Promise<string | undefined> {
  const said = await answerOf(name, file, exec)
  if (said === undefined) return undefined
  const outcome = v.safeParse(asking[name].answer, said)
  if (outcome.success) return outcome.output
  const title = scannerTitles[name]
  throw new ConfigurationError({
    title: `Program "${file}" is not ${title}`,
    explanation: `"${file} ${asking[name].args.join(' ')}" does not answer as ${title} does.`,
    remedy: `Give the path of ${title} in "${name}", or leave it out to have it downloaded.`,
  })
}

async function answerOf(name: ScannerName, file: string, exec: Exec): Promise<unknown> {
  try {
    const { args } = asking[name]
    const { stdout } = await exec.run({ file, args, timeoutSeconds: 30 })
    return JSON.parse(stdout)
  } catch (error) {
    // The port reports a program that is not there as a mistake of configuration.
    if (error instanceof ConfigurationError) return undefined
    if (error instanceof SyntaxError) return null
    throw error
  }
}
