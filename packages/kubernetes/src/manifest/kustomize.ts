import type { Exec, Files } from '@oke-pipeline/core'
import type { Reading } from './manifest.ts'
import { parseManifests } from './parse-manifests.ts'

const renderTimeoutSeconds = 60

/** Renders a folder with a kustomization; all its objects are placed in the folder as a whole. */
export async function renderKustomization(
  path: string,
  { files, exec }: { readonly files: Files; readonly exec: Exec },
): Promise<Reading> {
  const folder = await files.locate(path)
  const { exitCode, stdout, stderr } = await exec.run({
    file: 'kubectl',
    args: ['kustomize', folder],
    timeoutSeconds: renderTimeoutSeconds,
  })
  const place = { file: path }
  if (exitCode !== 0) {
    const said = stderr.trim().split(/\r?\n/).slice(-3).join(' ').replaceAll(folder, path)
    return {
      manifests: [],
      problems: [{ place, problem: `cannot be rendered by "kubectl kustomize": ${said}` }],
    }
  }
  const { manifests, problems } = parseManifests(stdout, path)
  return {
    manifests: manifests.map(({ object }) => ({ object, place })),
    problems: problems.map(({ problem }) => ({ place, problem: `renders to what ${problem}` })),
  }
}
