import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../actions.ts'

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

interface LockedPackage {
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/**
 * The lock file names no host, since any registry, a mirror too, serves the same packages; and it
 * is complete: where a mirror lacks the package of another platform, npm leaves it out, and then
 * refuses to install from the file.
 */
export async function checkLockFile(): Promise<string> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lock
  return [...hostsIn(packages), ...gapsIn(packages)].join('\n')
}

function hostsIn(packages: Lock['packages']): readonly string[] {
  return Object.entries(packages)
    .filter(([, { resolved }]) => resolved?.startsWith('http'))
    .map(
      ([path]) => `package-lock.json names the host that ${path} came from: leave "resolved" out.`,
    )
}

function gapsIn(packages: Lock['packages']): readonly string[] {
  const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)))
  return Object.values(packages)
    .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
    .filter((name) => !names.has(name))
    .map((name) => `package-lock.json lacks ${name}, an optional package of another platform.`)
}
