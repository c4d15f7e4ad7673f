import type { Exec, Files } from '@oke-pipeline/core'
import type { Reading } from './manifest.ts'
import { parseManifests } from './parse-manifests.ts'
import type { Substitution } from './substitution.ts'

const renderTimeoutSeconds = 60

/** What rendering a kustomization needs. */
export interface KustomizeOptions {
  readonly files: Files
  readonly exec: Exec
  readonly substitution: Substitution | undefined
}

/** Renders a folder with a kustomization; all its objects are placed in the folder as a whole. */
export async function renderKustomization(
  path: string,
  { files, exec, substitution }: KustomizeOptions,
): Promise<Reading> {
  const folder = await files.locate(path)
  const place = { file: path }
  const { stdout, problem } = await runKustomize(folder, exec)
  if (problem !== undefined) {
    const said = problem.replaceAll(folder, path)
    return {
      manifests: [],
      problems: [{ place, problem: `cannot be rendered by "kubectl kustomize": ${said}` }],
    }
  }
  const { manifests, problems } = parseManifests(stdout, path, substitution)
  return {
    manifests: manifests.map(({ object }) => ({ object, place })),
    problems: problems.map((found) => ({ place, problem: `renders to what ${found.problem}` })),
  }
}

/** Runs kustomize, which kubectl has built in: what it renders, or what it says against it. */
export async function runKustomize(
  folder: string,
  exec: Exec,
): Promise<{ readonly stdout: string; readonly problem: string | undefined }> {
  const { exitCode, stdout, stderr } = await exec.run({
    file: 'kubectl',
    args: ['kustomize', folder],
    timeoutSeconds: renderTimeoutSeconds,
  })
  const said = stderr.trim().split(/\r?\n/).slice(-3).join(' ')
  return { stdout, problem: exitCode === 0 ? undefined : said }
}
