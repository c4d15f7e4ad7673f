import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { tryCommand } from '../command.ts'
import type { Outcome, Part, ProvisionContext } from './part.ts'

/** Where PATH has an executable of that name, if anywhere. */
export function searchPath(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, name))
    .find(isExecutable)
}

/** Where a program of a system package is. */
export function requiredExecutable(name: string): string {
  const path = searchPath(name, systemPath())
  if (path !== undefined) return path
  throw new Error(
    `Cannot find the program "${name}" on PATH although its package is installed: reinstall that package.`,
  )
}

/** PATH, and the folders where Debian keeps administrators' programs even if a user's PATH lacks them. */
export function systemPath(): string {
  return `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`
}

/** Takes a part from PATH where its version is good. */
export async function findOnPath(part: Part, context: ProvisionContext): Promise<Outcome> {
  if (part.onPath === undefined) return {}
  const path = searchPath(part.name, (context.environment ?? process.env)['PATH'] ?? '')
  if (path === undefined) return { reason: 'it is not on PATH' }
  const { stdout, stderr, exitCode } = await tryCommand(path, part.onPath.args)
  if (exitCode === 0 && part.onPath.accepts(stdout + stderr)) return { path }
  return { reason: `"${path}" on PATH is another version` }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Not there or not ours to run: the next folder of PATH may have it.
    return false
  }
}
