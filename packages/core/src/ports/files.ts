import { mkdir, mkdtemp, readFile, readlink, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { ConfigurationError, systemCodeOf } from '../errors.ts'

/** Files below the workspace and the runner's temp folder; no others. */
export interface Files {
  readonly workspace: string
  readonly temp: string
  /**
   * The real, absolute path of something that a user named, whether it exists or not.
   * @throws {@link ConfigurationError} when it lies, links followed, outside both folders.
   */
  locate(path: string): Promise<string>
  /** What is at a path that a user named; `outside` when it lies outside both folders. */
  kindOf(path: string): Promise<'file' | 'folder' | 'absent' | 'outside'>
  readText(path: string): Promise<string>
  /** Writes a file that others on the machine may read; makes its folder. */
  writeText(path: string, text: string): Promise<void>
  /** Writes a file that only this user may read, in a folder of this action's own. */
  writeSecret(name: string, text: string): Promise<string>
  makeFolder(path: string): Promise<void>
  remove(path: string): Promise<void>
  /** Makes an empty folder of this action's own below the temp folder; removed at its end. */
  temporaryFolder(purpose: string): Promise<string>
}

/** What the files port needs of the machine. */
export interface Roots {
  readonly workspace: string
  readonly temp: string
  /** A folder of this step's own; everything in it goes when the step and its `post` have ended. */
  readonly own: string
}

/** The file system, held to the roots. */
export function systemFiles(roots: Roots): Files {
  const locate = (path: string): Promise<string> => locateWithin(path, roots)
  return {
    workspace: roots.workspace,
    temp: roots.temp,
    locate,
    async kindOf(path) {
      const real = await realPathWithin(path, roots)
      return real === undefined ? 'outside' : kindOf(real)
    },
    readText: async (path) => readExisting(path, await locate(path)),
    async writeText(path, text) {
      const target = await locate(path)
      await mkdir(dirname(target), { recursive: true })
      await writeFile(target, text)
    },
    writeSecret: (name, text) => writeOwn(roots.own, name, text),
    async makeFolder(path) {
      await mkdir(await locate(path), { recursive: true })
    },
    remove: async (path) => rm(await locate(path), { recursive: true, force: true }),
    async temporaryFolder(purpose) {
      await mkdir(roots.own, { recursive: true, mode: 0o700 })
      return mkdtemp(join(roots.own, `${purpose}-`))
    },
  }
}

async function writeOwn(own: string, name: string, text: string): Promise<string> {
  await mkdir(own, { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(join(own, 'secret-'))
  const path = join(folder, basename(name))
  await writeFile(path, text, { mode: 0o600, flag: 'wx' })
  return path
}

async function locateWithin(path: string, roots: Roots): Promise<string> {
  const real = await realPathWithin(path, roots)
  if (real !== undefined) return real
  throw new ConfigurationError({
    title: `Path "${path}" is out of bounds`,
    explanation: 'It leads outside the workspace and the runner’s temp folder.',
    remedy: 'Give a path below the checked-out repository.',
  })
}

async function realPathWithin(path: string, roots: Roots): Promise<string | undefined> {
  const absolute = isAbsolute(path) ? resolve(path) : resolve(roots.workspace, path)
  const real = await realPathOf(absolute)
  const allowed = await Promise.all([roots.workspace, roots.temp].map(realPathOf))
  return allowed.some((root) => isWithin(real, root)) ? real : undefined
}

/** Resolves links in the part of a path that exists; one that leads nowhere is followed as well. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (!isAbsence(error) || dirname(path) === path) throw error
    const target = await linkTargetOf(path)
    if (target !== undefined) return realPathOf(resolve(dirname(path), target))
    return join(await realPathOf(dirname(path)), basename(path))
  }
}

async function linkTargetOf(path: string): Promise<string | undefined> {
  try {
    return await readlink(path)
  } catch (error) {
    // EINVAL: something is there, and it is no link.
    if (isAbsence(error) || systemCodeOf(error) === 'EINVAL') return undefined
    throw error
  }
}

function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')
}

function isWithin(path: string, root: string): boolean {
  const way = relative(root, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'absent'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch (error) {
    if (isAbsence(error)) return 'absent'
    throw error
  }
}

async function readExisting(path: string, real: string): Promise<string> {
  try {
    return await readFile(real, 'utf8')
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error
    throw new ConfigurationError({
      title: `File "${path}" does not exist`,
      explanation: 'It was looked for below the workspace.',
      remedy: 'Check the path, and that the repository is checked out in an earlier step.',
      cause: error,
    })
  }
}
