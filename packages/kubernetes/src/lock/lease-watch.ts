import { secondsSince } from '@oke-pipeline/core'
import type { Clock } from '@oke-pipeline/core'
import type { KubernetesObject } from '../object.ts'
import { durationOf, holderOf } from './lease.ts'

/**
 * Tells whether the holder of a Lease is dead: by the watcher's own clock and how long the Lease
 * stands still, never by the times written in it, since clocks of runners differ.
 */
export class LeaseWatch {
  readonly #clock: Clock
  #seen: { readonly version: string | undefined; readonly since: Date } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether nobody holds the Lease, as it was read a moment ago, or its holder is dead. */
  isFree(lease: KubernetesObject | undefined): boolean {
    if (lease === undefined || holderOf(lease) === undefined) return true
    const version = lease.metadata.resourceVersion
    if (this.#seen?.version !== version) this.#seen = { version, since: this.#clock.now() }
    return secondsSince(this.#seen?.since ?? this.#clock.now(), this.#clock) >= durationOf(lease)
  }
}
