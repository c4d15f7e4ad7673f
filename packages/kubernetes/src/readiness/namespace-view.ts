import { secondsSince } from '@oke-pipeline/core'
import type { Clock, Log } from '@oke-pipeline/core'
import type { ApiError } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import type { Listing } from '../client/listing.ts'
import { identityOf, referenceOf, withMetadata } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { isAwaited } from './awaited.ts'
import { parseEvent } from './cluster-event.ts'
import { followKind } from './follow-kind.ts'
import type { FollowPorts, Followed, Source } from './follow-kind.ts'
import type { Observation } from './observation.ts'
import { endpointSlicesOf, readAll } from './observe.ts'
import { parsePod } from './pod.ts'

/** Which objects to keep in view. */
export interface ViewRequest {
  readonly namespace: string
  readonly objects: readonly KubernetesObject[]
}

/** What a view needs of the world. */
export interface ViewPorts {
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** A namespace that is watched, one stream a kind, until the view is disposed of. */
export interface NamespaceView extends AsyncDisposable {
  /** What is known at this moment; throws what made watching impossible. */
  observation(): Observation
  /**
   * Resolves as soon as something has changed since the last observation, or after so many seconds.
   * What is done with an observation takes at most half of the time: changes that come faster are
   * seen together.
   */
  changed(seconds: number): Promise<void>
}

/** The longest rest between two looks at what changes all the time. */
const longestRestSeconds = 0.25

/** Opens a view; everything that is there is known once it is open. */
export async function viewNamespace(
  cluster: Cluster,
  request: ViewRequest,
  ports: ViewPorts,
): Promise<NamespaceView> {
  const view = new View(cluster, request, ports)
  try {
    await view.open()
    return view
  } catch (error) {
    await view[Symbol.asyncDispose]()
    throw error
  }
}

class View implements NamespaceView {
  readonly #wanted: readonly KubernetesObject[]
  readonly #ports: ViewPorts
  readonly #end = new AbortController()
  readonly #workloads: readonly Followed<KubernetesObject>[]
  readonly #pods: Followed<Observation['pods'][number]>
  readonly #replicaSets: Followed<KubernetesObject> | undefined
  readonly #endpointSlices: Followed<KubernetesObject> | undefined
  readonly #events: Followed<Observation['events'][number]>
  /** How much the server's clock is ahead of ours. */
  #aheadMilliseconds = 0
  #isDenied = false
  #failure: { readonly error: unknown } | undefined
  #bell = Promise.withResolvers<undefined>()
  #observedAt: Date

  constructor(cluster: Cluster, { namespace, objects }: ViewRequest, ports: ViewPorts) {
    this.#wanted = objects.filter(isAwaited)
    this.#ports = ports
    this.#observedAt = ports.clock.now()
    const follow = <T>(source: Source<T>): Followed<T> =>
      followKind(cluster, source, this.#followPorts())
    const query = (apiVersion: string, kind: string): Source<unknown>['query'] => ({
      apiVersion,
      kind,
      namespace,
    })
    this.#workloads = sourcesOf(cluster, this.#wanted, namespace).map(follow)
    this.#pods = follow({ query: query('v1', 'Pod'), keep: parsePod })
    this.#replicaSets = this.#wanted.some(({ kind }) => kind === 'Deployment')
      ? follow({ query: query('apps/v1', 'ReplicaSet'), keep: withoutManagers })
      : undefined
    const slices = endpointSlicesOf(this.#wanted, namespace)
    this.#endpointSlices =
      slices === undefined
        ? undefined
        : follow({ query: slices, keep: withoutManagers, isOptional: true })
    this.#events = follow({ query: query('v1', 'Event'), keep: parseEvent })
  }

  async open(): Promise<void> {
    for (const { ended } of this.#all()) {
      ended.catch((error: unknown) => {
        this.#failure ??= { error }
        this.#bell.resolve(undefined)
      })
    }
    await Promise.all(this.#all().map(({ listed }) => listed))
  }

  observation(): Observation {
    if (this.#failure !== undefined) throw this.#failure.error
    this.#bell = Promise.withResolvers<undefined>()
    this.#observedAt = this.#ports.clock.now()
    const live = new Map(
      this.#workloads
        .flatMap((followed) => followed.items())
        .map((object) => [identityOf(referenceOf(object)), object] as const),
    )
    return {
      workloads: this.#wanted.map((wanted) => ({
        wanted,
        live: live.get(identityOf(referenceOf(wanted))),
      })),
      pods: this.#pods.items(),
      replicaSets: this.#replicaSets?.items() ?? [],
      endpointSlices:
        this.#endpointSlices?.isUnknown() === true ? undefined : this.#endpointSlices?.items(),
      events: this.#events.items(),
      serverTime: new Date(this.#ports.clock.now().getTime() + this.#aheadMilliseconds),
    }
  }

  async changed(seconds: number): Promise<void> {
    const { clock, signal } = this.#ports
    const spent = secondsSince(this.#observedAt, clock)
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    const rest = clock.sleep(seconds, either).catch(() => undefined)
    await Promise.race([this.#bell.promise, rest])
    over.abort()
    signal.throwIfAborted()
    await clock.sleep(Math.min(spent, longestRestSeconds), signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort()
    await Promise.allSettled(this.#all().map(({ ended }) => ended))
  }

  #all(): readonly Followed<unknown>[] {
    const some = [this.#replicaSets, this.#endpointSlices].filter((one) => one !== undefined)
    return [...this.#workloads, this.#pods, ...some, this.#events]
  }

  #followPorts(): FollowPorts {
    const { clock, signal } = this.#ports
    return {
      clock,
      signal: AbortSignal.any([signal, this.#end.signal]),
      onChange: () => this.#bell.resolve(undefined),
      onListing: (listing) => this.#setClock(listing),
      onDenied: (error) => this.#tellDenied(error),
    }
  }

  #setClock({ serverTime }: Listing): void {
    this.#aheadMilliseconds = serverTime.getTime() - this.#ports.clock.now().getTime()
  }

  #tellDenied({ title }: ApiError): void {
    if (this.#isDenied) return
    this.#isDenied = true
    this.#ports.log.info(
      `${title}: what may not be watched is asked for once a second instead. The Role in the README has the rules.`,
    )
  }
}

/** Who owns which field is half of an object, and says nothing of its state. */
function withoutManagers(object: KubernetesObject): KubernetesObject {
  return withMetadata(object, { managedFields: undefined })
}

/** One source for each kind of object that is wanted. */
function sourcesOf(
  cluster: Cluster,
  wanted: readonly KubernetesObject[],
  namespace: string,
): readonly Source<KubernetesObject>[] {
  const groups = Map.groupBy(wanted, ({ apiVersion, kind }) => `${apiVersion} ${kind}`)
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    const references = [first, ...others].map(referenceOf)
    const identities = new Set(references.map(identityOf))
    const { apiVersion, kind } = first
    return {
      query: { apiVersion, kind, namespace },
      keep: (object) =>
        identities.has(identityOf(referenceOf(object))) ? withoutManagers(object) : undefined,
      // All of a cluster are many; those of a release are few.
      isReadEach: first.metadata.namespace === undefined,
      readEach: async () => [...(await readAll(cluster, references)).values()],
    }
  })
}
