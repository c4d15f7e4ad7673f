import { ServiceError } from '@oke-pipeline/core'
import { hasStatus } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import { recordIn, recordName, recordSelector, secretOf } from './record.ts'
import type { ReleaseRecord } from './record.ts'

/** How many records of a release are kept. */
const kept = 10

/** Where the records of a release are. */
export interface ReleaseAddress {
  readonly namespace: string
  readonly release: string
}

/** Every record of a release, the newest first; of all releases of the namespace without a name. */
export async function readHistory(
  cluster: Cluster,
  { namespace, release }: { readonly namespace: string; readonly release?: string | undefined },
): Promise<readonly ReleaseRecord[]> {
  const { items } = await cluster.list({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace,
    labelSelector: recordSelector(release),
  })
  return items.map(recordIn).sort((a, b) => b.revision - a.revision)
}

/** The release that is in force: the newest one that was seen to run. */
export function currentOf(history: readonly ReleaseRecord[]): ReleaseRecord | undefined {
  return history.find(({ outcome }) => outcome === 'deployed')
}

/** The number of the next release. */
export function nextRevision(history: readonly ReleaseRecord[]): number {
  return (history[0]?.revision ?? 0) + 1
}

/**
 * Stores a new record; its number is the lock against a second run that deploys the same release.
 * @throws {@link ServiceError} when another run has taken the number.
 */
export async function createRecord(
  cluster: Cluster,
  record: ReleaseRecord,
  namespace: string,
): Promise<void> {
  const secret = secretOf(record, namespace)
  try {
    await cluster.create(secret)
  } catch (error) {
    if (!hasStatus(error, 409)) throw error
    throw new ServiceError({
      service: cluster.service,
      title: `Another run is deploying "${record.release}" in the namespace "${namespace}"`,
      explanation: `It has taken revision ${record.revision} a moment ago.`,
      remedy: 'Give the job a "concurrency" group for each environment.',
      cause: error,
    })
  }
}

/** Writes down what became of a release. */
export async function updateRecord(
  cluster: Cluster,
  record: ReleaseRecord,
  namespace: string,
): Promise<void> {
  await cluster.apply(secretOf(record, namespace), { isForced: true })
}

/** Deletes the oldest records; never that of the release in force. */
export async function trimHistory(
  cluster: Cluster,
  history: readonly ReleaseRecord[],
  address: ReleaseAddress,
): Promise<void> {
  const current = currentOf(history)
  for (const record of history.slice(kept)) {
    if (record.revision === current?.revision) continue
    await cluster.delete({
      apiVersion: 'v1',
      kind: 'Secret',
      name: recordName(address.release, record.revision),
      namespace: address.namespace,
    })
  }
}
