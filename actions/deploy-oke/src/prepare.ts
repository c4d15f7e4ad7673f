import type { InputProblem, InputSource, Runner } from '@oke-pipeline/core'
import { placeInNamespace } from '@oke-pipeline/kubernetes'
import type { Cluster, Manifest, ManifestProblem, NewNamespace } from '@oke-pipeline/kubernetes'
import { accessProblem, connect } from './connection.ts'
import type { Inputs } from './declaration.ts'
import { findNamespace } from './namespace.ts'
import { pullSecretInputProblems, pullSecretProblems } from './pull-secret.ts'
import { completeSources, readSources, sourcesOf } from './read-sources.ts'

/** What the inputs amount to, once nothing is wrong with them. */
export interface Deployment {
  readonly cluster: Cluster
  /** With the image put in, and in the namespace. */
  readonly manifests: readonly Manifest[]
  /** To be made first; undefined where the namespace is there. */
  readonly newNamespace: NewNamespace | undefined
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
  const read = await readSources(inputs, runner)
  const { cluster, ...connection } = await connect(inputs, source, runner, read.problems)
  const { manifests, misplaced, ...sources } = await completeSources(read, inputs, {
    cluster,
    runner,
  })
  const problems = [
    ...sources.problems,
    ...tooLongToBeReady(inputs),
    ...pullSecretInputProblems(inputs),
    ...connection.problems,
  ]
  if (cluster === undefined || inputs.namespace === undefined) {
    return { problems, misplaced, deployment: undefined }
  }
  const { namespace } = inputs
  const wanted = { manifests, inputs: { ...inputs, namespace } }
  const seen = await lookAtCluster(cluster, wanted, (error) =>
    accessProblem(error, source, problems),
  )
  const all = [...problems, ...seen.problems, ...sourcesOf('manifests', seen.misplaced).problems]
  return {
    problems: all,
    misplaced: [...misplaced, ...seen.misplaced],
    deployment: all.length === 0 ? { cluster, ...seen } : undefined,
  }
}

/** Waiting for what can only be seen after the timeout would fail every time. */
function tooLongToBeReady({ timeout, ...inputs }: Partial<Inputs>): readonly InputProblem[] {
  const minReady = inputs['min-ready']
  if (timeout === undefined || minReady === undefined || minReady < timeout) return []
  const problem = `must be shorter than "timeout", which is ${timeout} s`
  return [{ input: 'min-ready', got: `${minReady}s`, problem }]
}

interface Wanted {
  readonly manifests: readonly Manifest[]
  readonly inputs: Partial<Inputs> & Pick<Inputs, 'namespace'>
}

interface Seen {
  readonly manifests: readonly Manifest[]
  readonly misplaced: readonly ManifestProblem[]
  readonly problems: readonly InputProblem[]
  readonly newNamespace: NewNamespace | undefined
}

async function lookAtCluster(
  cluster: Cluster,
  { manifests, inputs }: Wanted,
  problemOf: (error: unknown) => InputProblem,
): Promise<Seen> {
  try {
    const { problem, toMake } = await findNamespace(cluster, inputs)
    const placed = await placeInNamespace(manifests, inputs.namespace, cluster)
    const isThere = problem === undefined && toMake === undefined
    const secretProblems = isThere ? await pullSecretProblems(cluster, inputs) : []
    return {
      manifests: placed.manifests,
      misplaced: placed.problems,
      problems: [...(problem === undefined ? [] : [problem]), ...secretProblems],
      newNamespace: toMake,
    }
  } catch (error) {
    return {
      manifests: [],
      misplaced: [],
      problems: [problemOf(error)],
      newNamespace: undefined,
    }
  }
}
