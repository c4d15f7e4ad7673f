import type { Cluster } from '../client/cluster.ts'
import type { KubernetesObject } from '../object.ts'
import { referenceOf } from '../object.ts'
import { readHistory } from './history.ts'

/** A namespace to be made. */
export interface NewNamespace {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

function objectOf({ name, labels, annotations }: NewNamespace): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, annotations } }
}

/**
 * Asks whether a namespace could be made, and deleted again should nothing get into it.
 * @throws ApiError when the server would refuse.
 */
export async function checkNewNamespace(cluster: Cluster, namespace: NewNamespace): Promise<void> {
  await cluster.apply(objectOf(namespace), { isForced: false, isDryRun: true })
}

/**
 * Makes a namespace for what is done in it, and deletes it again when that ends with an error
 * before any release of ours was begun in it.
 */
export async function inNewNamespace<T>(
  cluster: Cluster,
  namespace: NewNamespace,
  work: () => Promise<T>,
): Promise<T> {
  const object = objectOf(namespace)
  await cluster.apply(object, { isForced: false })
  try {
    return await work()
  } catch (error) {
    const lasting = cluster.until(new AbortController().signal)
    const history = await readHistory(lasting, { namespace: namespace.name })
    if (history.length === 0) await lasting.delete(referenceOf(object))
    throw error
  }
}
