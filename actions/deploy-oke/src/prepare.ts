import type { InputProblem, InputSource, Runner } from '@oke-pipeline/core'
import { placeInNamespace } from '@oke-pipeline/kubernetes'
import type { Cluster, Manifest, ManifestProblem, NewNamespace } from '@oke-pipeline/kubernetes'
import { accessProblem, connect } from './connection.ts'
import type { CompleteInputs, Inputs } from './declaration.ts'
import { findImage } from './image-in-force.ts'
import type { ImageFinding } from './image-in-force.ts'
import { findNamespace } from './namespace.ts'
import { lookAtPullSecret, pullSecretInputProblems } from './pull-secret.ts'
import type { FoundPullSecret } from './pull-secret.ts'
import { completeSources, readSources, sourcesOf } from './read-sources.ts'
import { warnOfOldServer } from './server-version.ts'
import { sourcePorts } from './source-ports.ts'

/** What the inputs amount to, once nothing is wrong with them. */
export interface Deployment {
  readonly cluster: Cluster
  /** What the inputs say or, for a plan, the release in force. */
  readonly inputs: Pick<CompleteInputs, 'image' | 'release'>
  /** With the image put in, and in the namespace. */
  readonly manifests: readonly Manifest[]
  /** To be made first; undefined where the namespace is there. */
  readonly newNamespace: NewNamespace | undefined
  /** To be written first; undefined where none is asked for. */
  readonly pullSecret: FoundPullSecret['toWrite']
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
  const ports = sourcePorts(inputs, runner)
  const read = await readSources(inputs, ports)
  const { cluster, ...connection } = await connect(inputs, source, runner, read.problems)
  const told = [...read.problems, ...connection.problems]
  const found = await imageOrProblem(inputs, cluster, (error) => accessProblem(error, source, told))
  const known = { ...inputs, ...found.inputs }
  const { manifests, misplaced, ...sources } = await completeSources(read, known, {
    cluster,
    runner: ports,
  })
  const problems = [
    ...sources.problems,
    ...tooLongToBeReady(inputs),
    ...pullSecretInputProblems(known, runner),
    ...connection.problems,
    ...found.problems,
  ]
  const { namespace } = inputs
  if (cluster === undefined || namespace === undefined) {
    return { problems, misplaced, deployment: undefined }
  }
  const wanted = { manifests, inputs: { ...known, namespace }, log: runner.log }
  const seen = await lookAtCluster(cluster, wanted, (error) =>
    accessProblem(error, source, problems),
  )
  const all = [...problems, ...seen.problems, ...sourcesOf('manifests', seen.misplaced).problems]
  const { image, release } = known
  const isUsable = all.length === 0 && image !== undefined
  return {
    problems: all,
    misplaced: [...misplaced, ...seen.misplaced],
    deployment: isUsable ? { cluster, inputs: { image, release }, ...seen } : undefined,
  }
}

async function imageOrProblem(
  inputs: Partial<Inputs>,
  cluster: Cluster | undefined,
  problemOf: (error: unknown) => InputProblem,
): Promise<ImageFinding> {
  try {
    return await findImage(inputs, cluster)
  } catch (error) {
    return { inputs: {}, problems: [problemOf(error)] }
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
  readonly log: Runner['log']
}

interface Seen {
  readonly manifests: readonly Manifest[]
  readonly misplaced: readonly ManifestProblem[]
  readonly problems: readonly InputProblem[]
  readonly newNamespace: NewNamespace | undefined
  readonly pullSecret: FoundPullSecret['toWrite']
}

async function lookAtCluster(
  cluster: Cluster,
  { manifests, inputs, log }: Wanted,
  problemOf: (error: unknown) => InputProblem,
): Promise<Seen> {
  try {
    const [{ problem, toMake }] = await Promise.all([
      findNamespace(cluster, inputs),
      warnOfOldServer(cluster, log),
    ])
    const placed = await placeInNamespace(manifests, inputs.namespace, cluster)
    const hasNamespace = problem === undefined && toMake === undefined
    const secret = await lookAtPullSecret(cluster, inputs, { hasNamespace })
    return {
      manifests: placed.manifests,
      misplaced: placed.problems,
      problems: [...(problem === undefined ? [] : [problem]), ...secret.problems],
      newNamespace: toMake,
      pullSecret: secret.toWrite,
    }
  } catch (error) {
    return {
      manifests: [],
      misplaced: [],
      problems: [problemOf(error)],
      newNamespace: undefined,
      pullSecret: undefined,
    }
  }
}
