import type { InputSource } from '@oke-pipeline/core'
import type { Environment } from '../environments/schema.ts'
import type { SettingTexts } from '../environments/setting-texts.ts'

/**
 * What an environment says of the way to its cluster, as the texts of the inputs that it stands in
 * for: its cluster where the step itself leads to none, its context where that gives a kubeconfig.
 */
export function clusterSettings(
  environment: Environment,
  source: Pick<InputSource, 'input'>,
): SettingTexts {
  const isGiven = (name: string): boolean => (source.input(name)?.trim() ?? '') !== ''
  if (isGiven('kubeconfig')) return { context: environment.context }
  if (isGiven('cluster') || isGiven('cluster-server')) return {}
  return {
    cluster: environment.cluster,
    'cluster-endpoint': environment['cluster-endpoint'],
    'cluster-server': environment['cluster-server'],
    'cluster-ca': environment['cluster-ca'],
    'cluster-audience': environment['cluster-audience'],
  }
}
