import { ReportedError } from '@oke-pipeline/core'
import type { InputProblem, InputSource, Runner } from '@oke-pipeline/core'
import { accessProblems, areUsable, openCluster } from '@oke-pipeline/delivery'
import { connectCluster } from '@oke-pipeline/kubernetes'
import type { Cluster } from '@oke-pipeline/kubernetes'
import type { Inputs } from './declaration.ts'

/** The cluster that the inputs lead to, or what is wrong with them; neither where that is known already. */
export interface Connection {
  readonly cluster: Cluster | undefined
  readonly problems: readonly InputProblem[]
}

/**
 * Goes the way to the cluster that the inputs name, unless they lead to none. Signing in may fail:
 * where other problems are known, that is one more of them.
 */
export async function connect(
  inputs: Partial<Inputs>,
  source: InputSource,
  runner: Runner,
  otherProblems: readonly InputProblem[],
): Promise<Connection> {
  const problems = accessProblems(inputs, source)
  if (problems.length > 0 || !areUsable(inputs, source)) return { cluster: undefined, problems }
  try {
    return { cluster: connectCluster(await openCluster(inputs, runner), runner), problems }
  } catch (error) {
    return { cluster: undefined, problems: [accessProblem(error, source, otherProblems)] }
  }
}

/** An error of the way to the cluster as one of several problems; alone, it says more by itself. */
export function accessProblem(
  error: unknown,
  source: InputSource,
  otherProblems: readonly InputProblem[],
): InputProblem {
  if (!(error instanceof ReportedError) || otherProblems.length === 0) throw error
  const problem = `cannot be used: ${error.message.replace(/\.$/, '')}`
  return { input: wayOf(source), problem }
}

function wayOf(source: InputSource): string {
  const ways = ['kubeconfig', 'cluster', 'cluster-server'] as const
  return ways.find((name) => (source.input(name) ?? '') !== '') ?? 'cluster'
}
