import type { Files } from '../ports/files.ts'
import type { InputProblem } from './read-inputs.ts'

/** What is wrong with an input that names a file to be written, if anything. */
export async function checkTargetFile(
  input: string,
  path: string | undefined,
  files: Files,
): Promise<InputProblem | undefined> {
  if (path === undefined) return undefined
  const kind = await files.kindOf(path)
  if (kind === 'file' || kind === 'absent') return undefined
  const found = kind === 'folder' ? 'it is a folder' : 'it lies outside the workspace'
  return { input, got: path, problem: `expected the path of a file, and ${found}` }
}
