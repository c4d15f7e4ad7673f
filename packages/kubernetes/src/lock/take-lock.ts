import { ServiceError, secondsSince } from '@oke-pipeline/core'
import type { RetryPorts } from '@oke-pipeline/core'
import { hasStatus } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import type { KubernetesObject } from '../object.ts'
import { holdLock } from './hold-lock.ts'
import type { Lock } from './hold-lock.ts'
import { LeaseWatch } from './lease-watch.ts'
import { heldSince, holderOf, leaseReference, takenLease } from './lease.ts'
import type { LockedRelease } from './lease.ts'

/** Who wants to deploy what, and for how long they wait for their turn. */
export interface LockRequest {
  readonly locked: LockedRelease
  /** Unlike that of any other run; what it holds already is taken at once. */
  readonly holder: string
  readonly waitSeconds: number
}

/** Another run held the lock all the time. */
export class LockHeldError extends ServiceError {}

const secondsBetweenLooks = 1
const secondsBetweenReports = 15

/**
 * Takes the lock of a release, after the runs that hold it now. A holder that has not renewed it
 * for as long as it must is dead, and taken over from.
 * @throws {@link LockHeldError} when it is not free in time.
 */
export async function takeLock(
  cluster: Cluster,
  request: LockRequest,
  ports: RetryPorts,
): Promise<Lock> {
  const { clock, log, random, signal } = ports
  const start = clock.now()
  const watch = new LeaseWatch(clock)
  let reported: Date | undefined
  for (;;) {
    const lease = await cluster.get(leaseReference(request.locked))
    const holder = holderOf(lease)
    const mine = holder === request.holder
    if (mine || watch.isFree(lease)) {
      const taken = await tryToTake(cluster, lease, request, ports)
      if (taken !== undefined) {
        tellTaken({ before: mine ? undefined : holder, waited: secondsSince(start, clock) }, ports)
        return holdLock(cluster, taken, request, ports)
      }
    } else if (lease !== undefined) {
      if (secondsSince(start, clock) >= request.waitSeconds)
        throw heldError(cluster, lease, request)
      if (reported === undefined || secondsSince(reported, clock) >= secondsBetweenReports) {
        reported = clock.now()
        log.info(
          `Waiting for the lock of "${request.locked.release}": ${holderIn(lease)} holds it.`,
        )
      }
    }
    // Runs that wait must not all look at the same moment.
    await clock.sleep(secondsBetweenLooks * (0.5 + random()), signal)
  }
}

/** Undefined when somebody else was faster, or when no answer says that it was done. */
async function tryToTake(
  cluster: Cluster,
  before: KubernetesObject | undefined,
  { locked, holder }: LockRequest,
  { clock }: RetryPorts,
): Promise<KubernetesObject | undefined> {
  const lease = takenLease(locked, before, { holder, now: clock.now() })
  try {
    return await (before === undefined ? cluster.create(lease) : cluster.update(lease))
  } catch (error) {
    const isTaken = hasStatus(error, 409) || (before !== undefined && hasStatus(error, 404))
    const isUnknown = error instanceof ServiceError && error.isRetryable
    if (isTaken || isUnknown) return undefined
    throw error
  }
}

function tellTaken(
  { before, waited }: { readonly before: string | undefined; readonly waited: number },
  { log }: RetryPorts,
): void {
  if (before !== undefined) {
    log.info(`${before} has not renewed its lock for ${waited.toFixed(0)} s: taking it over.`)
  } else if (waited >= secondsBetweenLooks) {
    log.info(`Took the lock after ${waited.toFixed(0)} s.`)
  }
}

function holderIn(lease: KubernetesObject): string {
  const since = heldSince(lease)
  return `${holderOf(lease) ?? 'nobody'}${since === undefined ? '' : ` (since ${since})`}`
}

function heldError(
  cluster: Cluster,
  lease: KubernetesObject,
  { locked, waitSeconds }: LockRequest,
): LockHeldError {
  return new LockHeldError({
    service: cluster.service,
    title: `Another run is deploying "${locked.release}" to the namespace "${locked.namespace}"`,
    explanation: `After ${waitSeconds} s, ${holderIn(lease)} still holds the lock and renews it.`,
    remedy: 'Wait for that run, or cancel it; "lock-timeout" says how long to wait.',
  })
}
