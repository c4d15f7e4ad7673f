import type { InputSource } from '@oke-pipeline/core'
import type { Environment } from '../environments/schema.ts'

/**
 * What an environment says of the way to its cluster, as the texts of the inputs that it stands in
 * for: its cluster where the step itself leads to none, its context where that gives a kubeconfig.
 */
export function clusterSettings(
  { cluster, 'cluster-endpoint': endpoint, context }: Environment,
  source: Pick<InputSource, 'input'>,
): Readonly<Record<string, string | undefined>> {
  const isGiven = (name: string): boolean => (source.input(name)?.trim() ?? '') !== ''
  if (isGiven('kubeconfig')) return { context }
  if (isGiven('cluster') || isGiven('cluster-server')) return {}
  return { cluster, 'cluster-endpoint': endpoint }
}
