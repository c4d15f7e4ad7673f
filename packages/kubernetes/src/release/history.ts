import { ServiceError } from '@oke-pipeline/core'
import { hasStatus } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import { referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { recordSelector, recordsIn, revisionOf, secretsOf } from './record-secrets.ts'
import type { ReleaseRecord } from './record.ts'

/** Records are ours alone. */
const ours = { isForced: true } as const

/** How many records of a release are kept. */
const kept = 10

/** Where the records of a release are. */
export interface ReleaseAddress {
  readonly namespace: string
  readonly release: string
}

/** Whose records are read: of all releases of the namespace without a name. */
export interface ReleaseQuery {
  readonly namespace: string
  readonly release?: string | undefined
}

/** Every record of a release, the newest first. */
export async function readHistory(
  cluster: Cluster,
  query: ReleaseQuery,
): Promise<readonly ReleaseRecord[]> {
  const records = recordsIn(await listRecords(cluster, query))
  return [...records].sort((a, b) => b.revision - a.revision)
}

/** The release that is in force: the newest one that was seen to run. */
export function currentOf(history: readonly ReleaseRecord[]): ReleaseRecord | undefined {
  return history.find(({ outcome }) => outcome === 'deployed')
}

/** Releases that came after the one in force, and have left something of theirs, the newest first. */
export function unfinishedOf(history: readonly ReleaseRecord[]): readonly ReleaseRecord[] {
  const inForce = currentOf(history)?.revision ?? 0
  return history
    .filter(({ revision }) => revision > inForce)
    .filter(({ outcome }) => outcome === 'pending' || outcome === 'failed')
}

/** The number of the next release. */
export function nextRevision(history: readonly ReleaseRecord[]): number {
  return (history[0]?.revision ?? 0) + 1
}

/**
 * Stores a new record, and gives it back as it is stored.
 * @throws {@link ServiceError} when another run has taken the number, in spite of the lock.
 */
export async function createRecord(
  cluster: Cluster,
  wanted: ReleaseRecord,
  namespace: string,
): Promise<ReleaseRecord> {
  const { record, head, parts } = secretsOf(wanted, namespace)
  for (const part of parts) await cluster.apply(part, ours)
  try {
    await cluster.create(head)
    return record
  } catch (error) {
    if (!hasStatus(error, 409)) throw error
    throw new ServiceError({
      service: cluster.service,
      title: `Another run is deploying "${record.release}" in the namespace "${namespace}"`,
      explanation: `It has taken revision ${record.revision} a moment ago.`,
      remedy: 'Deploy again when it has ended.',
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
  const { head, parts } = secretsOf(record, namespace)
  for (const part of parts) await cluster.apply(part, ours)
  await cluster.apply(head, ours)
}

/** Deletes the oldest records, never that of the release in force, and parts without a record. */
export async function trimHistory(
  cluster: Cluster,
  address: ReleaseAddress,
  inForce: number | undefined,
): Promise<void> {
  const secrets = await listRecords(cluster, address)
  const known = secrets.map((secret) => ({ secret, ...revisionOf(secret) }))
  const revisions = known.filter(({ isPart }) => !isPart).map(({ revision }) => revision)
  const keep = new Set([...revisions.sort((a, b) => b - a).slice(0, kept), inForce])
  const old = known.filter(({ revision }) => !keep.has(revision))
  // A record without its parts could not be read: it goes first.
  for (const { secret } of old.sort((a, b) => Number(a.isPart) - Number(b.isPart))) {
    await cluster.delete(referenceOf(secret))
  }
}

async function listRecords(
  cluster: Cluster,
  { namespace, release }: ReleaseQuery,
): Promise<readonly KubernetesObject[]> {
  const labelSelector = recordSelector(release)
  const { items } = await cluster.list({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace,
    labelSelector,
  })
  return items
}
