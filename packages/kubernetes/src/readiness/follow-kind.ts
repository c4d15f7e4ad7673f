import { ServiceError, secondsSince } from '@oke-pipeline/core'
import type { Clock } from '@oke-pipeline/core'
import { hasStatus } from '../client/api-error.ts'
import type { ApiError } from '../client/api-error.ts'
import type { Cluster, ListQuery } from '../client/cluster.ts'
import type { Listing } from '../client/listing.ts'
import type { WatchEvent } from '../client/watch.ts'
import type { KubernetesObject } from '../object.ts'

/** Objects of one kind that are to be known at any time. */
export interface Source<T> {
  readonly query: ListQuery
  /** What is kept of an object; undefined for what does not matter. */
  keep(object: KubernetesObject): T | undefined
  /** The objects where they may not be listed, one by one; absent where there is no such way. */
  readonly readEach?: (() => Promise<readonly KubernetesObject[]>) | undefined
  /** Whether they are read one by one in any case: few of very many. */
  readonly isReadEach?: boolean
  /** Whether they are done without where they may not be listed. */
  readonly isOptional?: boolean
}

/** What following needs of the world, and whom it tells. */
export interface FollowPorts {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Something has changed. */
  onChange(): void
  onListing(listing: Listing): void
  /** The kind may not be watched, or not even listed: it is asked for instead, again and again. */
  onDenied(error: ApiError): void
}

/** Objects that are kept up to date until the signal aborts. */
export interface Followed<T> {
  items(): readonly T[]
  /** Whether nothing can be known of them. */
  isUnknown(): boolean
  /** Resolves once everything that is there is known. */
  readonly listed: Promise<void>
  /** Resolves after the signal; rejects with what made going on impossible. */
  readonly ended: Promise<void>
}

/** A watch may miss something, or hang where a network keeps quiet: a list puts that right. */
const secondsBetweenLists = 20
const secondsBetweenPolls = 1
const secondsAfterEnd = 0.2
const secondsOfGrace = 5
const longestBackoffSeconds = 5

/**
 * Follows a kind by a list and a watch from there on. A watch that ends or breaks is taken up
 * where it was; after too long a gap (410), or when it breaks again, the kind is listed anew.
 */
export function followKind<T>(
  cluster: Cluster,
  source: Source<T>,
  ports: FollowPorts,
): Followed<T> {
  const follower = new Follower(cluster, source, ports)
  const listed = Promise.withResolvers<undefined>()
  const ended = follower
    .run(() => listed.resolve(undefined))
    .catch((error: unknown) => {
      if (ports.signal.aborted) return
      throw error
    })
  // Whoever waits for the first list hears of the failure, too, or that it will never come.
  ended.then(() => listed.reject(ports.signal.reason), listed.reject)
  listed.promise.catch(() => undefined)
  const { items, isUnknown } = {
    items: () => follower.items(),
    isUnknown: () => follower.isUnknown,
  }
  return { items, isUnknown, listed: listed.promise, ended }
}

type WatchEnd = 'due' | 'broken' | 'forbidden'

class Follower<T> {
  readonly #cluster: Cluster
  readonly #source: Source<T>
  readonly #ports: FollowPorts
  readonly #items = new Map<string, T>()
  #kept: readonly T[] | undefined
  isUnknown = false

  constructor(cluster: Cluster, source: Source<T>, ports: FollowPorts) {
    this.#cluster = cluster
    this.#source = source
    this.#ports = ports
  }

  items(): readonly T[] {
    this.#kept ??= [...this.#items.values()]
    return this.#kept
  }

  async run(onListed: () => void): Promise<void> {
    const { clock, signal } = this.#ports
    let isPolled = false
    for (let failures = 0; !signal.aborted;) {
      const version = await this.#load()
      onListed()
      if (this.isUnknown) return
      if (isPolled || version === undefined) {
        await clock.sleep(secondsBetweenPolls, signal)
        continue
      }
      const end = await this.#watchUntilDue(version)
      isPolled = end === 'forbidden'
      failures = end === 'broken' ? failures + 1 : 0
      if (failures > 0) await clock.sleep(backoff(failures), signal)
    }
  }

  /** Everything that is there now; gives where a watch may go on from, if one may. */
  async #load(): Promise<string | undefined> {
    const { readEach, isReadEach, isOptional, query } = this.#source
    if (isReadEach === true && readEach !== undefined) {
      this.#replaceAll(await readEach())
      return undefined
    }
    try {
      const listing = await this.#cluster.list(query)
      this.#ports.onListing(listing)
      this.#replaceAll(listing.items)
      return listing.resourceVersion
    } catch (error) {
      if (!hasStatus(error, 403)) throw error
      this.isUnknown = isOptional === true
      if (this.isUnknown) return undefined
      if (readEach === undefined) throw error
      this.#ports.onDenied(error)
      this.#replaceAll(await readEach())
      return undefined
    }
  }

  #replaceAll(objects: readonly KubernetesObject[]): void {
    this.#items.clear()
    for (const object of objects) this.#take({ type: 'present', object })
    this.#changed()
  }

  #take(event: Exclude<WatchEvent, { readonly type: 'bookmark' }>): void {
    const { object, type } = event
    const kept = type === 'gone' ? undefined : this.#source.keep(object)
    const key = object.metadata.uid ?? object.metadata.name
    if (kept === undefined) this.#items.delete(key)
    else this.#items.set(key, kept)
  }

  #changed(): void {
    this.#kept = undefined
    this.#ports.onChange()
  }

  async #watchUntilDue(from: string): Promise<WatchEnd> {
    const { clock, signal } = this.#ports
    const begun = clock.now()
    let version = from
    for (let breaks = 0; breaks < 2;) {
      const left = secondsBetweenLists - secondsSince(begun, clock)
      if (left < 1) return 'due'
      try {
        for await (const event of this.#cluster.watch(
          this.#source.query,
          this.#start(version, left),
        )) {
          version = this.#follow(event)
          breaks = 0
        }
      } catch (error) {
        signal.throwIfAborted()
        if (hasStatus(error, 403, 405)) {
          this.#ports.onDenied(error)
          return 'forbidden'
        }
        if (hasStatus(error, 410)) return 'due'
        breaks += 1
        await clock.sleep(retryAfter(error), signal)
      }
      await clock.sleep(secondsAfterEnd, signal)
    }
    return 'broken'
  }

  #start(resourceVersion: string, seconds: number): Parameters<Cluster['watch']>[1] {
    const late = AbortSignal.timeout((seconds + secondsOfGrace) * 1000)
    return { resourceVersion, seconds, signal: AbortSignal.any([this.#ports.signal, late]) }
  }

  /** Gives the version up to which everything is known. */
  #follow(event: WatchEvent): string {
    if (event.type === 'bookmark') return event.resourceVersion
    this.#take(event)
    this.#changed()
    return event.object.metadata.resourceVersion ?? ''
  }
}

function backoff(failures: number): number {
  return Math.min(0.5 * 2 ** (failures - 1), longestBackoffSeconds)
}

function retryAfter(error: unknown): number {
  const asked = error instanceof ServiceError ? error.retryAfterSeconds : undefined
  return Math.min(asked ?? 0, longestBackoffSeconds)
}
