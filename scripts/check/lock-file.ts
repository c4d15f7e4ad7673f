import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../actions.ts'

/** The lock file names no host: any registry, a mirror too, serves the same packages. */
export async function checkLockFile(): Promise<string> {
  const lock = await readFile(join(root, 'package-lock.json'), 'utf8')
  const hosts = new Set(lock.match(/"resolved": "https?:\/\/[^/"]+/g))
  if (hosts.size === 0) return ''
  return `package-lock.json names hosts: ${[...hosts].join(', ')}. Run "npm install --omit-lockfile-registry-resolved".`
}
