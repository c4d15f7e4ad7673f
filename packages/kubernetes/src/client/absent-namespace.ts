import type { KubernetesObject, ObjectReference } from '../object.ts'
import type { Cluster } from './cluster.ts'

/**
 * The cluster as it will be once a namespace is there that is not there yet: the server answers no
 * question about objects in it, so that they are taken to be what they are meant to be.
 */
export function withNamespaceToCome(cluster: Cluster, namespace: string): Cluster {
  const isWithin = (reference: Pick<ObjectReference, 'namespace'>): boolean =>
    reference.namespace === namespace
  return {
    ...cluster,
    apply(object, options): Promise<KubernetesObject> {
      return options.isDryRun === true && isWithin(object.metadata)
        ? Promise.resolve(object)
        : cluster.apply(object, options)
    },
    async delete(reference, options): Promise<void> {
      if (options?.isDryRun === true && isWithin(reference)) return
      await cluster.delete(reference, options)
    },
    until: (signal) => withNamespaceToCome(cluster.until(signal), namespace),
  }
}
