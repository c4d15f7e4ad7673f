import type { RetryPorts } from '@oke-pipeline/core'
import type { Cluster } from '../client/cluster.ts'
import { releaseLock } from '../lock/hold-lock.ts'
import type { Lock } from '../lock/hold-lock.ts'
import { leaseSeconds } from '../lock/lease.ts'
import { LockHeldError, takeLock } from '../lock/take-lock.ts'
import { readHistory } from './history.ts'
import type { ReleaseAddress } from './history.ts'
import type { ReleaseRecord } from './record.ts'
import { rollBack } from './roll-back.ts'
import type { Rollback, RollbackOptions } from './roll-back.ts'

/** What a run that did not get to its end has left. */
export interface InterruptedRelease extends ReleaseAddress {
  /** The name under which it held the lock. */
  readonly holder: string
  /** What it had begun to deploy; absent when it had not changed anything. */
  readonly revision: number | undefined
}

/** How to roll back what was interrupted. */
export interface InterruptedOptions extends Pick<
  RollbackOptions,
  'policy' | 'endurance' | 'timeoutSeconds'
> {
  readonly ports: RetryPorts
}

/** A live holder renews its lock before this is over, a dead one is seen to be dead. */
const patienceSeconds = leaseSeconds + 5

/**
 * Rolls back a release that was interrupted, and lets go of its lock: called by `post`. Undefined
 * when there is nothing to roll back: it was finished, or another run has taken over.
 */
export async function rollBackInterrupted(
  cluster: Cluster,
  interrupted: InterruptedRelease,
  options: InterruptedOptions,
): Promise<Rollback | undefined> {
  const { holder, namespace, release } = interrupted
  const locked = { namespace, release }
  if ((await interruptedRecord(cluster, interrupted)) === undefined) {
    await releaseLock(cluster, { locked, holder }, options.ports)
    return undefined
  }
  const lock = await lockUnlessTaken(cluster, interrupted, options.ports)
  if (lock === undefined) return undefined
  try {
    return await rollBackLocked(cluster.until(signalOf(lock, options)), interrupted, {
      ...options,
      ports: { ...options.ports, signal: signalOf(lock, options) },
    })
  } finally {
    await lock.release()
  }
}

function signalOf(lock: Lock, { ports }: InterruptedOptions): AbortSignal {
  return AbortSignal.any([ports.signal, lock.lost])
}

async function lockUnlessTaken(
  cluster: Cluster,
  { holder, namespace, release }: InterruptedRelease,
  ports: RetryPorts,
): Promise<Lock | undefined> {
  const request = { locked: { namespace, release }, holder, waitSeconds: patienceSeconds }
  try {
    return await takeLock(cluster, request, ports)
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error
    ports.log.info(`${error.title}: it takes over what was interrupted.`)
    return undefined
  }
}

async function rollBackLocked(
  cluster: Cluster,
  interrupted: InterruptedRelease,
  options: InterruptedOptions,
): Promise<Rollback | undefined> {
  const found = await interruptedRecord(cluster, interrupted)
  if (found === undefined) return undefined
  const { namespace, release } = interrupted
  const cause = 'the job was cancelled or ended while the release was being deployed'
  const undoing = { address: { namespace, release }, ...found }
  return rollBack(cluster, undoing, { ...options, cause })
}

interface Found {
  readonly record: ReleaseRecord
  readonly previous: ReleaseRecord | undefined
}

async function interruptedRecord(
  cluster: Cluster,
  interrupted: InterruptedRelease,
): Promise<Found | undefined> {
  if (interrupted.revision === undefined) return undefined
  const history = await readHistory(cluster, interrupted)
  const record = history.find(({ revision }) => revision === interrupted.revision)
  if (record?.outcome !== 'pending') return undefined
  const previous = history.find(({ revision }) => revision === record.previousRevision)
  return { record, previous }
}
