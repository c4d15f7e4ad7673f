import type { InputProblem, InputSource, Runner } from '@oke-pipeline/core'
import { repositoryName } from '@oke-pipeline/image'
import {
  formatPlace,
  hasStatus,
  placeInNamespace,
  putImage,
  readManifests,
} from '@oke-pipeline/kubernetes'
import type { Cluster, Manifest, ManifestProblem, Reading } from '@oke-pipeline/kubernetes'
import { accessProblem, connect } from './connection.ts'
import type { Inputs } from './declaration.ts'

/** What the inputs amount to, once nothing is wrong with them. */
export interface Deployment {
  readonly cluster: Cluster
  /** With the image put in, and in the namespace. */
  readonly manifests: readonly Manifest[]
}

/** What was found out about the inputs; without problems there is a deployment. */
export interface Preparation {
  readonly problems: readonly InputProblem[]
  /** Those of the problems that have a place in a file. */
  readonly misplaced: readonly ManifestProblem[]
  readonly deployment: Deployment | undefined
}

/**
 * Looks at everything that the inputs name, files and cluster, without changing anything.
 * @throws {@link ServiceError} when the cluster is not reachable or does not let us in, and there
 * is nothing else to tell.
 */
export async function prepare(
  inputs: Partial<Inputs>,
  source: InputSource,
  runner: Runner,
): Promise<Preparation> {
  const reading = await readManifests(inputs.manifests ?? [], runner)
  const put = putImageInto(reading, inputs)
  const misplaced = [...reading.problems, ...put.problems]
  const unreadable = misplaced.map(manifestProblem)
  const { cluster, ...connection } = await connect(inputs, source, runner, unreadable)
  const problems = [...unreadable, ...connection.problems]
  if (cluster === undefined || inputs.namespace === undefined) {
    return { problems, misplaced, deployment: undefined }
  }
  const wanted = { ...put, namespace: inputs.namespace }
  const seen = await lookAtCluster(cluster, wanted, (error) =>
    accessProblem(error, source, problems),
  )
  const all = [...problems, ...seen.problems, ...seen.misplaced.map(manifestProblem)]
  return {
    problems: all,
    misplaced: [...misplaced, ...seen.misplaced],
    deployment: all.length === 0 ? { cluster, manifests: seen.manifests } : undefined,
  }
}

function putImageInto(reading: Reading, inputs: Partial<Inputs>): Reading {
  const { image } = inputs
  // The place for the image may be in what could not be read.
  if (image === undefined || reading.problems.length > 0 || inputs.manifests === undefined) {
    return { manifests: reading.manifests, problems: [] }
  }
  return putImage(reading.manifests, {
    repository: repositoryName(image),
    digest: image.digest,
    placeholder: inputs['image-name'],
  })
}

function manifestProblem({ place, problem }: ManifestProblem): InputProblem {
  const where = place.file === '' ? '' : `${formatPlace(place)} `
  return { input: 'manifests', problem: `${where}${problem}` }
}

interface Wanted {
  readonly manifests: readonly Manifest[]
  readonly namespace: string
}

interface Seen {
  readonly manifests: readonly Manifest[]
  readonly misplaced: readonly ManifestProblem[]
  readonly problems: readonly InputProblem[]
}

async function lookAtCluster(
  cluster: Cluster,
  { manifests, namespace }: Wanted,
  problemOf: (error: unknown) => InputProblem,
): Promise<Seen> {
  try {
    const problem = await checkNamespace(cluster, namespace)
    const placed = await placeInNamespace(manifests, namespace, cluster)
    return {
      manifests: placed.manifests,
      misplaced: placed.problems,
      problems: problem === undefined ? [] : [problem],
    }
  } catch (error) {
    return { manifests: [], misplaced: [], problems: [problemOf(error)] }
  }
}

async function checkNamespace(
  cluster: Cluster,
  namespace: string,
): Promise<InputProblem | undefined> {
  try {
    const found = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
    if (found !== undefined) return undefined
    return {
      input: 'namespace',
      got: namespace,
      problem: `does not exist in the ${cluster.service}: create it beforehand ("kubectl create namespace ${namespace}"), or correct the name`,
    }
  } catch (error) {
    // Without the right to look, the first object that is applied shows whether it exists.
    if (hasStatus(error, 403)) return undefined
    throw error
  }
}
