import { realpath, stat } from 'node:fs/promises'

/**
 * What tells a program's file from another one without reading all of its 200 MB: where it really
 * is, how large it is and when it was written. A name that is looked up in PATH is its own identity.
 */
export async function programIdentity(file: string): Promise<string> {
  if (!file.includes('/')) return file
  const path = await realpath(file)
  const { size, mtimeMs, ino } = await stat(path)
  return JSON.stringify([path, size, mtimeMs, ino])
}
