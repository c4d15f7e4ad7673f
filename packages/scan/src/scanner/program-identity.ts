import { constants } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { delimiter, resolve } from 'node:path'

/**
 * What tells a program's file from another one without reading all of its 200 MB: where it really
 * is, how large it is and when it was written.
 */
export async function programIdentity(file: string): Promise<string> {
  const path = await realpath(file)
  const { size, mtimeMs, ino } = await stat(path)
  return JSON.stringify([path, size, mtimeMs, ino])
}

/** The file of a program, by its path or by its name in PATH; undefined where there is none. */
export async function pathOfProgram(program: string, searchPath = ''): Promise<string | undefined> {
  const folders = program.includes('/') ? [''] : searchPath.split(delimiter)
  for (const folder of folders) {
    const file = resolve(folder, program)
    if (await isExecutable(file)) return file
  }
  return undefined
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    // Not there, or not for us: the next folder may have one.
    return false
  }
}
