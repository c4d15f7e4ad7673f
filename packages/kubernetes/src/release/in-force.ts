import type { Cluster } from '../client/cluster.ts'
import { currentOf, readHistory } from './history.ts'
import type { ReleaseAddress, ReleaseQuery } from './history.ts'
import type { ReleaseRecord } from './record.ts'

/** Whether some revision of a release is in force: the next one is an upgrade. */
export async function isInForce(cluster: Cluster, address: ReleaseAddress): Promise<boolean> {
  return currentOf(await readHistory(cluster, address)) !== undefined
}

/** What is in force in a namespace: one record for each release of it, or of the release named. */
export async function recordsInForce(
  cluster: Cluster,
  query: ReleaseQuery,
): Promise<readonly ReleaseRecord[]> {
  const histories = Map.groupBy(await readHistory(cluster, query), ({ release }) => release)
  return [...histories.values()].flatMap((history) => currentOf(history) ?? [])
}
