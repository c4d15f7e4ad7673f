import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { tryCommand } from '../command.ts'
import type { Outcome, Part, ProvisionContext, Source } from './part.ts'

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
  return `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`
}

/** Programs on PATH whose version is good. */
export const onPath: Source = { find: findOnPath, obtain: explainAbsence }

async function findOnPath(part: Part, context: ProvisionContext): Promise<Outcome> {
  const path = candidate(part, context)
  if (part.onPath === undefined || path === undefined) return {}
  const { stdout, stderr, exitCode } = await tryCommand(path, part.onPath.args)
  return exitCode === 0 && part.onPath.accepts(stdout + stderr) ? { path } : {}
}

async function explainAbsence(part: Part, context: ProvisionContext): Promise<Outcome> {
  if (part.onPath === undefined) return {}
  const path = candidate(part, context)
  const reason = path === undefined ? 'it is not on PATH' : `"${path}" on PATH is another version`
  return Promise.resolve({ reason })
}

function candidate(part: Part, context: ProvisionContext): string | undefined {
  if (part.onPath === undefined) return undefined
  return searchPath(part.name, (context.environment ?? process.env).PATH ?? '')
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
