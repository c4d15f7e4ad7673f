import type { Cluster } from '../client/cluster.ts'
import { currentOf, readHistory } from './history.ts'
import type { ReleaseAddress } from './history.ts'

/** Whether some revision of a release is in force: the next one is an upgrade. */
export async function isInForce(cluster: Cluster, address: ReleaseAddress): Promise<boolean> {
  return currentOf(await readHistory(cluster, address)) !== undefined
}
