import { ServiceError, messageOf } from '@oke-pipeline/core'
import type { RetryPorts } from '@oke-pipeline/core'
import { hasStatus } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import { referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { freedLease, holderOf, leaseReference, leaseSeconds, renewedLease } from './lease.ts'
import type { LockedRelease } from './lease.ts'

/** The lock of a release, held and renewed until it is released or left. */
export interface Lock {
  readonly holder: string
  /** Aborts when the lock is lost: another run may be deploying, so that nothing may be touched. */
  readonly lost: AbortSignal
  /** Lets the next one in; false where that could not be said, and the lock is stale in a while. */
  release(): Promise<boolean>
  /** Stops renewing: whoever has the same name takes it at once, everybody else once it is stale. */
  leave(): Promise<void>
}

const secondsBetweenRenewals = 5
/** Counted from the last renewal: a holder must give up before others think that it is dead. */
const secondsUntilLost = leaseSeconds - secondsBetweenRenewals

/** Who holds which lock. */
export interface Holding {
  readonly locked: LockedRelease
  readonly holder: string
}

/** Renews a Lease that was taken, over a connection of its own. */
export function holdLock(
  cluster: Cluster,
  taken: KubernetesObject,
  { locked, holder }: Holding,
  ports: RetryPorts,
): Lock {
  const ended = new AbortController()
  const lost = new AbortController()
  const lasting = cluster.until(ended.signal)
  let known = taken
  const renewal = keepRenewing({
    cluster: lasting,
    taken,
    holder,
    ports,
    signal: ended.signal,
    onRenewed: (lease) => (known = lease),
  })
  const watched = watchRenewal()

  return {
    holder,
    lost: lost.signal,
    leave,
    async release() {
      await leave()
      return releaseLock(cluster, { locked, holder, known }, ports)
    },
  }

  async function watchRenewal(): Promise<void> {
    try {
      await renewal
    } catch (error) {
      if (!ended.signal.aborted) lost.abort(lostError(cluster, locked, error))
    }
  }

  async function leave(): Promise<void> {
    ended.abort()
    await watched
  }
}

interface Renewing {
  readonly cluster: Cluster
  readonly taken: KubernetesObject
  readonly holder: string
  readonly ports: RetryPorts
  readonly signal: AbortSignal
}

/** Ends by throwing: when it is told to, or when the Lease could not be renewed in time. */
async function keepRenewing({
  cluster,
  taken,
  holder,
  ports,
  signal,
  onRenewed,
}: Renewing & { readonly onRenewed: (lease: KubernetesObject) => void }): Promise<never> {
  let lease = taken
  let apart: Cluster | undefined
  for (;;) {
    await ports.clock.sleep(secondsBetweenRenewals, signal)
    apart ??= cluster.apart()
    const limit = AbortSignal.any([
      signal,
      AbortSignal.timeout((secondsUntilLost - secondsBetweenRenewals) * 1000),
    ])
    const renewing = { cluster: apart.until(limit), taken: lease, holder, ports, signal: limit }
    lease = await renewInTime(renewing)
    onRenewed(lease)
  }
}

async function renewInTime(renewing: Renewing): Promise<KubernetesObject> {
  const { ports, signal } = renewing
  for (;;) {
    try {
      return await renew(renewing)
    } catch (error) {
      if (signal.aborted || !(error instanceof ServiceError) || !error.isRetryable) throw error
      await ports.clock.sleep(1, signal)
    }
  }
}

/** An answer that was lost on its way makes the Lease newer than we know: it is still ours. */
async function renew({ cluster, taken, holder, ports }: Renewing): Promise<KubernetesObject> {
  try {
    return await cluster.update(renewedLease(taken, ports.clock.now()))
  } catch (error) {
    if (!hasStatus(error, 409)) throw error
    const lease = await cluster.get(referenceOf(taken))
    if (lease === undefined || holderOf(lease) !== holder) throw error
    return cluster.update(renewedLease(lease, ports.clock.now()))
  }
}

function lostError(cluster: Cluster, { release }: LockedRelease, cause: unknown): ServiceError {
  return new ServiceError({
    service: cluster.service,
    title: `The lock of the release "${release}" was lost`,
    explanation: `It could not be renewed for ${secondsUntilLost} s (${messageOf(cause)}), so that another run may be deploying; this one has stopped where it was.`,
    remedy: 'The next run finds the release interrupted, and finishes it or takes it back.',
    cause,
  })
}

/**
 * Lets go of a lock, if this holder still has it. One that cannot be let go of is stale after
 * seconds, so that no failure of this is worth failing for: it is false then. A Lease that is known
 * need not be read first, as long as it is still as it is known.
 */
export async function releaseLock(
  cluster: Cluster,
  { locked, holder, known }: Holding & { readonly known?: KubernetesObject },
  { log }: Pick<RetryPorts, 'log'>,
): Promise<boolean> {
  const lasting = cluster.until(AbortSignal.timeout(secondsToRelease * 1000))
  try {
    if (known !== undefined && (await isFreed(lasting, known))) return true
    const lease = await lasting.get(leaseReference(locked))
    if (lease !== undefined && holderOf(lease) === holder) await lasting.update(freedLease(lease))
    return true
  } catch (error) {
    log.info(`The lock of "${locked.release}" could not be released: ${messageOf(error)}`)
    return false
  }
}

const secondsToRelease = 5

/** False when the Lease is another one by now, or gone. */
async function isFreed(cluster: Cluster, known: KubernetesObject): Promise<boolean> {
  try {
    await cluster.update(freedLease(known))
    return true
  } catch (error) {
    if (hasStatus(error, 404, 409)) return false
    throw error
  }
}
