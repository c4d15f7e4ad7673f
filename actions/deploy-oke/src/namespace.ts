import type { InputProblem } from '@oke-pipeline/core'
import { checkNewNamespace, hasStatus } from '@oke-pipeline/kubernetes'
import type { Cluster, NewNamespace } from '@oke-pipeline/kubernetes'
import type { Inputs } from './declaration.ts'

/** What was found out about the namespace. */
export interface NamespaceFinding {
  /** To be made before anything is deployed; undefined where it is there. */
  readonly toMake: NewNamespace | undefined
  readonly problem: InputProblem | undefined
}

/** Looks whether the namespace is there, or may be made. */
export async function findNamespace(
  cluster: Cluster,
  inputs: Partial<Inputs> & Pick<Inputs, 'namespace'>,
): Promise<NamespaceFinding> {
  if (!(await isAbsent(cluster, inputs.namespace))) return { toMake: undefined, problem: undefined }
  if (inputs['create-namespace'] !== true) return refused(cluster, inputs.namespace)
  const toMake = namespaceToMake(inputs)
  try {
    await checkNewNamespace(cluster, toMake)
    return { toMake, problem: undefined }
  } catch (error) {
    if (!hasStatus(error, 403, 422)) throw error
    const why = error instanceof Error ? error.message.replace(/\.$/, '') : ''
    const problem = `cannot be made: ${why}`
    return { toMake: undefined, problem: { input: 'create-namespace', problem } }
  }
}

function refused(cluster: Cluster, namespace: string): NamespaceFinding {
  const problem = {
    input: 'namespace',
    got: namespace,
    problem: `does not exist in the ${cluster.service}: create it beforehand ("kubectl create namespace ${namespace}"), let it be made by "create-namespace: true", or correct the name`,
  }
  return { toMake: undefined, problem }
}

async function isAbsent(cluster: Cluster, namespace: string): Promise<boolean> {
  try {
    const reference = { apiVersion: 'v1', kind: 'Namespace', name: namespace }
    return (await cluster.get(reference)) === undefined
  } catch (error) {
    // Without the right to look, the first object that is applied shows whether it exists.
    if (hasStatus(error, 403)) return false
    throw error
  }
}

function namespaceToMake(inputs: Partial<Inputs> & Pick<Inputs, 'namespace'>): NewNamespace {
  return {
    name: inputs.namespace,
    labels: Object.fromEntries(inputs['namespace-labels'] ?? []),
    annotations: Object.fromEntries(inputs['namespace-annotations'] ?? []),
  }
}
