import { existsSync } from 'node:fs'
import { chmod, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { lastLines, runCommand, tryCommand } from '../command.ts'
import { isErrorCode } from '../error-code.ts'
import { lockFile } from './cache.ts'
import { searchPath, systemPath } from './on-path.ts'

/** A Debian or Ubuntu package, and the file whose presence makes installing it needless. */
export interface SystemPackage {
  readonly package: string
  /** Name of an executable on PATH or an absolute path; without it dpkg is asked for the package. */
  readonly file?: string
}

/** What installing system packages needs to know. */
export interface SystemPackagesContext {
  readonly log: (line: string) => void
  /** False: name the command instead of running it. */
  readonly install: boolean
  /** A file that processes which install at the same time lock. */
  readonly lock: string
  /** Defaults to the process's PATH, with the folders for administrators' programs. */
  readonly path?: string
}

const policyFile = '/usr/sbin/policy-rc.d'
const listsDirectory = '/var/lib/apt/lists'
const listsAreGoodForMilliseconds = 24 * 60 * 60 * 1000

/** Sees to it that all packages are there, by installing what is missing where that is possible and allowed. */
export async function ensureSystemPackages(
  packages: readonly SystemPackage[],
  context: SystemPackagesContext,
): Promise<void> {
  if ((await missingPackages(packages, context.path)).length === 0) return
  const release = await lockFile(context.lock)
  try {
    const missing = await missingPackages(packages, context.path)
    if (missing.length > 0) await install(missing, context)
  } finally {
    await release()
  }
}

/** Names of the packages that have to be installed. */
export async function missingPackages(
  packages: readonly SystemPackage[],
  path = systemPath(),
): Promise<readonly string[]> {
  const checked = await Promise.all(
    packages.map(async (wanted) => ((await isThere(wanted, path)) ? [] : [wanted.package])),
  )
  return [...new Set(checked.flat())].sort()
}

async function isThere(wanted: SystemPackage, path: string): Promise<boolean> {
  if (wanted.file === undefined) return isInstalled(wanted.package)
  return wanted.file.startsWith('/')
    ? existsSync(wanted.file)
    : searchPath(wanted.file, path) !== undefined
}

async function isInstalled(name: string): Promise<boolean> {
  if (searchPath('dpkg-query', systemPath()) === undefined) return false
  const { stdout } = await tryCommand('dpkg-query', [
    '--show',
    '--showformat',
    '${db:Status-Status}',
    name,
  ])
  return stdout === 'installed'
}

async function install(missing: readonly string[], context: SystemPackagesContext): Promise<void> {
  const names = missing.join(' ')
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Error(
      `Cannot start the lab: these system packages (names as in Debian) are missing: ${names}. Install them; only on Debian and Ubuntu the lab does that itself.`,
    )
  }
  if (!context.install || process.getuid?.() !== 0) {
    throw new Error(
      `Cannot start the lab: system packages are missing. Run "${installCommand(missing)}" and try again.`,
    )
  }
  context.log(`Installing system packages with apt-get: ${names}.`)
  if (!(await areListsFresh())) await apt(['update'])
  await withoutStartingServices(async () => {
    await apt(['install', '--yes', '--no-install-recommends', '--no-remove', ...missing])
  })
  await disableServices(missing)
}

function installCommand(missing: readonly string[]): string {
  return `sudo apt-get update && sudo apt-get install --no-install-recommends ${missing.join(' ')}`
}

async function apt(args: readonly string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await tryCommand(
    'apt-get',
    [
      '--quiet',
      '--option',
      'DPkg::Lock::Timeout=300',
      '--option',
      'Dpkg::Options::=--force-confold',
      ...args,
    ],
    { environment: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', PATH: systemPath() } },
  )
  if (exitCode === 0) return
  const said = lastLines(`${stdout}\n${stderr}`, 12)
  throw new Error(
    `Cannot install system packages: "apt-get ${args.join(' ')}" ended with exit status ${exitCode}: ${said}\nInstall them by hand, and run again.`,
  )
}

async function areListsFresh(): Promise<boolean> {
  try {
    const hasLists = (await readdir(listsDirectory)).some((name) => name.includes('_Packages'))
    return (
      hasLists && Date.now() - (await stat(listsDirectory)).mtimeMs < listsAreGoodForMilliseconds
    )
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return false
    throw error
  }
}

/** Debian's own way to keep a package from starting its service: the lab runs these programs itself. */
async function withoutStartingServices(work: () => Promise<void>): Promise<void> {
  if (existsSync(policyFile)) {
    await work()
    return
  }
  await writeFile(policyFile, '#!/bin/sh\nexit 101\n')
  await chmod(policyFile, 0o755)
  try {
    await work()
  } finally {
    await rm(policyFile, { force: true })
  }
}

/** Keeps what was just installed from being started when the machine starts. */
async function disableServices(installed: readonly string[]): Promise<void> {
  const systemctl = searchPath('systemctl', systemPath())
  if (systemctl === undefined) return
  // A package may call its units otherwise than itself: docker.io has docker.service and docker.socket.
  const files = await runCommand('dpkg-query', ['--listfiles', ...installed])
  const units = files.match(/(?<=\/lib\/systemd\/system\/)[\w.-]+\.(?:service|socket)$/gm) ?? []
  if (units.length > 0) await runCommand(systemctl, ['disable', '--quiet', ...new Set(units)])
}
