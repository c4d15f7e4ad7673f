import type { Exec, Files } from '@oke-pipeline/core'
import type { Reading } from './manifest.ts'
import { parseManifests } from './parse-manifests.ts'

const timeoutSeconds = 300

/**
 * Runs a program of the user's in the workspace, without a shell, and reads the manifests that it
 * writes to standard output.
 * @param command is the program and its arguments.
 */
export async function readCommandOutput(
  command: readonly string[],
  { exec, files }: { readonly exec: Exec; readonly files: Files },
): Promise<Reading> {
  const [file = '', ...args] = command
  const place = { file: command.join(' ') }
  const { exitCode, stdout, stderr } = await exec.run({
    file,
    args,
    directory: files.workspace,
    timeoutSeconds,
  })
  if (exitCode !== 0) {
    const said = stderr.trim().split(/\r?\n/).slice(-3).join(' ')
    const problem = `ended with exit status ${exitCode}: ${said}`
    return { manifests: [], problems: [{ place, problem }] }
  }
  const { manifests, problems } = parseManifests(stdout, place.file)
  if (manifests.length === 0 && problems.length === 0) {
    return { manifests: [], problems: [{ place, problem: 'writes no Kubernetes object' }] }
  }
  return {
    manifests: manifests.map(({ object }) => ({ object, place })),
    problems: problems.map(({ place: { line }, problem }) => ({
      place,
      problem: `writes in line ${line ?? 1} what ${problem}`,
    })),
  }
}
