import { glob } from 'node:fs/promises'
import type { Files } from '@oke-pipeline/core'

/** Whether a path of the user's stands for all paths that look like it. */
export function isPattern(path: string): boolean {
  return /[*?[\]{}]/.test(path)
}

/** The files that a pattern fits, sorted by name; `**` stands for folders in folders. */
export async function filesLike(pattern: string, files: Files): Promise<readonly string[]> {
  const found: string[] = []
  for await (const path of glob(pattern, { cwd: files.workspace })) {
    if ((await files.kindOf(path)) === 'file') found.push(path)
  }
  return found.sort()
}
