import { messageOf } from '@oke-pipeline/core'
import { fieldOf, isJsonObject } from '../json.ts'
import { nameOf, referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import type { Run } from './run.ts'

/**
 * Halts what is still being rolled out: Deployments are paused, so that pods of the old revision
 * stay even if new ones become ready later. StatefulSets and DaemonSets wait by themselves at a pod
 * that is not ready. The next release goes on with both, since its manifests are not paused.
 */
export async function halt({ cluster, plan, ports }: Run): Promise<void> {
  const changed = plan.objects.filter(({ change }) => change !== 'unchanged')
  const deployments = changed
    .map(({ manifest }) => manifest.object)
    .filter(({ kind }) => kind === 'Deployment')
  for (const deployment of deployments) {
    try {
      await cluster.apply(paused(deployment), { isForced: true })
      ports.log.info(`${nameOf(referenceOf(deployment))} is halted.`)
    } catch (error) {
      // Why the release failed is what has to be told.
      ports.signal.throwIfAborted()
      ports.log.warning(
        `${nameOf(referenceOf(deployment))} could not be halted: ${messageOf(error)}`,
      )
    }
  }
}

function paused(deployment: KubernetesObject): KubernetesObject {
  const spec = fieldOf(deployment, 'spec')
  return { ...deployment, spec: { ...(isJsonObject(spec) ? spec : {}), paused: true } }
}
