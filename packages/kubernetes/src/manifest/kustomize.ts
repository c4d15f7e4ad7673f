import { ConfigurationError } from '@oke-pipeline/core'
import type { Exec, Files } from '@oke-pipeline/core'
import type { KubectlFinder } from '../kubectl/find-kubectl.ts'
import type { Reading } from './manifest.ts'
import { parseManifests } from './parse-manifests.ts'
import type { Substitution } from './substitution.ts'

const renderTimeoutSeconds = 60

/** What rendering a kustomization needs. */
export interface KustomizeOptions extends KustomizePorts {
  readonly files: Files
  readonly substitution: Substitution | undefined
}

/** Renders a folder with a kustomization; all its objects are placed in the folder as a whole. */
export async function renderKustomization(
  path: string,
  { files, substitution, ...ports }: KustomizeOptions,
): Promise<Reading> {
  const folder = await files.locate(path)
  const place = { file: path }
  const { stdout, problem } = await runKustomize(folder, ports)
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

/** What running kustomize needs. */
export interface KustomizePorts {
  readonly exec: Exec
  readonly kubectl: KubectlFinder
}

/**
 * Runs kustomize, which kubectl has built in: what it renders, or what it says against it, or why
 * there is no kubectl as it is wanted.
 * @throws {@link ServiceError} when kubectl cannot be downloaded.
 */
export async function runKustomize(
  folder: string,
  { exec, kubectl }: KustomizePorts,
): Promise<{ readonly stdout: string; readonly problem: string | undefined }> {
  try {
    const { exitCode, stdout, stderr } = await exec.run({
      file: await kubectl(),
      args: ['kustomize', folder],
      timeoutSeconds: renderTimeoutSeconds,
    })
    const said = stderr.trim().split(/\r?\n/).slice(-3).join(' ')
    return { stdout, problem: exitCode === 0 ? undefined : said }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return { stdout: '', problem: error.message.replace(/\.$/, '') }
  }
}
