import type { Cluster } from '../client/cluster.ts'
import type { WaitPorts } from '../readiness/wait-until-ready.ts'
import type { ReleasePlan } from './plan-release.ts'

/** A deployment under way: what every step of it works with. */
export interface Run {
  readonly cluster: Cluster
  readonly plan: ReleasePlan
  readonly ports: WaitPorts
  readonly startedAt: Date
  /** Seconds that planning took. */
  readonly checks: number
}
