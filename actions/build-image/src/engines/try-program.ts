import { ConfigurationError } from '@oke-pipeline/core'
import type { Command, Outcome, Ports } from '@oke-pipeline/core'

/** Runs a program that may not be there: undefined when it is not. */
export async function tryProgram(
  command: Command,
  { exec }: Pick<Ports, 'exec'>,
): Promise<Outcome | undefined> {
  try {
    return await exec.run(command)
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}

/** What a program said in one line, to be quoted as a reason. */
export function saidBy({ stdout, stderr, exitCode }: Outcome): string {
  const lines = (stderr.trim() === '' ? stdout : stderr).trim().split(/\r?\n/)
  return lines.at(-1) === '' ? `it ended with ${exitCode}` : (lines.at(-1) ?? '')
}

/** A version in what a program prints of itself. */
export function versionIn(text: string): string | undefined {
  return /\bv?(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1]
}

/** Whether a version is at least another one. */
export function isAtLeast(version: string, least: string): boolean {
  const [[major = 0, minor = 0], [leastMajor = 0, leastMinor = 0]] = [version, least].map((text) =>
    text.split('.').map(Number),
  ) as [number[], number[]]
  return major === leastMajor ? minor >= leastMinor : major > leastMajor
}
