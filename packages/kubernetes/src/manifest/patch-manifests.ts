import { join } from 'node:path'
import type { Files } from '@oke-pipeline/core'
import { identityOf, referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { runKustomize } from './kustomize.ts'
import type { KustomizePorts } from './kustomize.ts'
import type { Manifest, ManifestProblem, Reading } from './manifest.ts'
import { parseManifests } from './parse-manifests.ts'
import type { Substitution } from './substitution.ts'

/** What patching manifests needs. */
export interface PatchPorts extends KustomizePorts {
  readonly files: Files
}

/** A patch that was read, one for each document of a file. */
interface Patch {
  readonly path: string
  readonly object: KubernetesObject
}

/**
 * Changes manifests by strategic merge patches, as kustomize does: each patch names the object that
 * it changes, and has what is to be different. Objects keep their order and their places.
 */
export async function patchManifests(
  manifests: readonly Manifest[],
  paths: readonly string[],
  options: { readonly ports: PatchPorts; readonly substitution: Substitution | undefined },
): Promise<Reading> {
  const readings = await Promise.all(paths.map((path) => readPatches(path, options)))
  const problems = readings.flatMap((reading) => reading.problems)
  if (problems.length > 0) return { manifests, problems }
  const patches = readings.flatMap((reading) => reading.patches)
  return patches.length === 0
    ? { manifests, problems }
    : kustomized({ manifests, patches }, options.ports)
}

async function readPatches(
  path: string,
  { ports: { files }, substitution }: Parameters<typeof patchManifests>[2],
): Promise<{ readonly patches: readonly Patch[]; readonly problems: readonly ManifestProblem[] }> {
  if ((await files.kindOf(path)) !== 'file') {
    const problem = 'is no file: "patches" names files with patches'
    return { patches: [], problems: [{ place: { file: path }, problem }] }
  }
  const { manifests, problems } = parseManifests(await files.readText(path), path, substitution)
  return { patches: manifests.map(({ object }) => ({ path, object })), problems }
}

async function kustomized(
  {
    manifests,
    patches,
  }: { readonly manifests: readonly Manifest[]; readonly patches: readonly Patch[] },
  { files, ...ports }: PatchPorts,
): Promise<Reading> {
  const folder = await files.temporaryFolder('patches')
  const names = patches.map((_, index) => `patch-${index}.yaml`)
  await files.writeText(
    join(folder, 'resources.yaml'),
    manifests.map(({ object }) => JSON.stringify(object)).join('\n---\n'),
  )
  for (const [index, { object }] of patches.entries()) {
    await files.writeText(join(folder, names[index] ?? ''), JSON.stringify(object))
  }
  const kustomization = { resources: ['resources.yaml'], patches: names.map((path) => ({ path })) }
  await files.writeText(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization))
  const { stdout, problem } = await runKustomize(folder, ports)
  if (problem !== undefined) {
    return {
      manifests: [],
      problems: [{ place: patchIn(problem, patches), problem: `cannot be applied: ${problem}` }],
    }
  }
  return inOldPlaces(parseManifests(stdout, patches[0]?.path ?? ''), manifests)
}

/** The file of the patch that kustomize complains about; the first one where it names none. */
function patchIn(problem: string, patches: readonly Patch[]): { readonly file: string } {
  const named = patches.find(
    ({ object }) => problem.includes(object.metadata.name) && problem.includes(object.kind),
  )
  return { file: (named ?? patches[0])?.path ?? '' }
}

/** kustomize gives the objects in an order of its own, and without their places. */
function inOldPlaces(patched: Reading, manifests: readonly Manifest[]): Reading {
  const objects = new Map(
    patched.manifests.map(({ object }) => [identityOf(referenceOf(object)), object]),
  )
  return {
    problems: patched.problems,
    manifests: manifests.flatMap(({ object, place }) => {
      const changed = objects.get(identityOf(referenceOf(object)))
      return changed === undefined ? [] : [{ object: changed, place }]
    }),
  }
}
