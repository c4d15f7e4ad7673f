import type { Cluster } from '../client/cluster.ts'
import { fieldOf } from '../json.ts'
import type { Pod } from './pod.ts'
import { unschedulable } from './trouble.ts'

/**
 * The pods, by uid, for which the cluster autoscaler adds a node
 * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md). Asked for only
 * where a pod finds no node.
 */
export async function scaleUpsFor(
  cluster: Cluster,
  namespace: string,
  pods: readonly Pod[],
): Promise<readonly string[]> {
  if (!pods.some((pod) => unschedulable(pod).length > 0)) return []
  const { items } = await cluster.list({
    apiVersion: 'v1',
    kind: 'Event',
    namespace,
    fieldSelector: 'reason=TriggeredScaleUp',
  })
  return items.flatMap((event) => {
    const uid = fieldOf(event, 'involvedObject', 'uid')
    return typeof uid === 'string' ? [uid] : []
  })
}
