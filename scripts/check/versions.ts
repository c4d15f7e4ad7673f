import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { version } from '../../packages/core/src/version.ts'
import { root } from '../actions.ts'

/** The version that the actions report is that of package.json. */
export async function checkVersions(): Promise<string> {
  const text = await readFile(join(root, 'package.json'), 'utf8')
  const manifest = JSON.parse(text) as { version: string }
  if (manifest.version === version) return ''
  return `package.json says ${manifest.version}, packages/core/src/version.ts says ${version}.`
}
