import type { Cluster } from '../client/cluster.ts'
import type { Lock } from '../lock/hold-lock.ts'
import type { WaitPorts } from '../readiness/wait-until-ready.ts'
import type { ReleasePlan } from './plan-release.ts'

/** A deployment under way: what every step of it works with. */
export interface Run {
  readonly cluster: Cluster
  readonly plan: ReleasePlan
  /** As cluster and ports, ended by the job's cancellation and by the loss of the lock. */
  readonly ports: WaitPorts
  readonly lock: Lock
  readonly startedAt: Date
  /** Seconds that planning took. */
  readonly checks: number
}
