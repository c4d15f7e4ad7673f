import { ServiceError, UnacceptableValue } from '@oke-pipeline/core'
import type { InputProblem, Runner } from '@oke-pipeline/core'
import { accessOf, connectCluster, hasStatus, placeInNamespace } from '@oke-pipeline/kubernetes'
import type { Cluster, Manifest, ManifestProblem } from '@oke-pipeline/kubernetes'
import type { Inputs } from './declaration.ts'
import { completeSources, readSources, sourcesOf } from './read-sources.ts'

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
export async function prepare(inputs: Partial<Inputs>, runner: Runner): Promise<Preparation> {
  const read = await readSources(inputs, runner)
  const connection = connect(inputs, runner)
  const cluster = 'cluster' in connection ? connection.cluster : undefined
  const { manifests, misplaced, ...sources } = await completeSources(read, inputs, {
    cluster,
    runner,
  })
  const problems = [...sources.problems, ...('problem' in connection ? [connection.problem] : [])]
  if (cluster === undefined || inputs.namespace === undefined) {
    return { problems, misplaced, deployment: undefined }
  }
  const seen = await lookAtCluster(cluster, { manifests, namespace: inputs.namespace }, problems)
  const all = [...problems, ...seen.problems, ...sourcesOf('manifests', seen.misplaced).problems]
  return {
    problems: all,
    misplaced: [...misplaced, ...seen.misplaced],
    deployment: all.length === 0 ? { cluster, manifests: seen.manifests } : undefined,
  }
}

type Connection = { readonly cluster: Cluster } | { readonly problem: InputProblem } | object

function connect({ kubeconfig, context }: Partial<Inputs>, runner: Runner): Connection {
  if (kubeconfig === undefined) return {}
  try {
    return { cluster: connectCluster(accessOf(kubeconfig, context), runner) }
  } catch (error) {
    if (!(error instanceof UnacceptableValue)) throw error
    const input = context === undefined ? 'kubeconfig' : 'context'
    return {
      problem: {
        input,
        ...(context === undefined ? {} : { got: context }),
        problem: `does not lead to a cluster: of the kubeconfig, ${error.message}`,
      },
    }
  }
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
  otherProblems: readonly InputProblem[],
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
    if (!(error instanceof ServiceError) || otherProblems.length === 0) throw error
    const problem = `cannot be used: ${error.message.replace(/\.$/, '')}`
    return { manifests: [], misplaced: [], problems: [{ input: 'kubeconfig', problem }] }
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
