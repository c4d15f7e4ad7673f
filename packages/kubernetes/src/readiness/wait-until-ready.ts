import { secondsSince } from '@oke-pipeline/core'
import type { Clock, Log } from '@oke-pipeline/core'
import type { Cluster } from '../client/cluster.ts'
import { nameOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { observe } from './observe.ts'
import type { Trouble } from './trouble.ts'
import { unblockStatefulSets } from './unblock-stateful-sets.ts'
import { workloadState } from './workload-state.ts'
import type { Observation, WantedImage, WorkloadState } from './workload-state.ts'

/** What shall become ready, and how long that may take. */
export interface Rollout {
  readonly namespace: string
  /** As they were applied. */
  readonly objects: readonly KubernetesObject[]
  /** Absent where only readiness matters, not what runs. */
  readonly image: WantedImage | undefined
  readonly timeoutSeconds: number
}

/** How a rollout ended. */
export interface RolloutOutcome {
  readonly outcome: 'ready' | 'failed' | 'timed-out'
  readonly workloads: readonly WorkloadState[]
  readonly seconds: number
}

/** What waiting needs of the world. */
export interface WaitPorts {
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** A look soon at first, since most rollouts take a moment only, and then one a second. */
const firstPollSeconds = 0.1
const longestPollSeconds = 1
const secondsBetweenReports = 10
/** Events are asked for at every third look: they only matter where something stands still. */
const looksBetweenEvents = 3

/**
 * Waits until every workload is ready and its pods are seen to run the image. Ends at once when
 * one has failed for good, or has a trouble that waiting does not mend.
 */
export async function waitUntilReady(
  cluster: Cluster,
  rollout: Rollout,
  ports: WaitPorts,
): Promise<RolloutOutcome> {
  const { clock, log, signal } = ports
  const start = clock.now()
  const patience = new Patience()
  let reported = start
  for (let look = 0; ; look += 1) {
    const withEvents = look % looksBetweenEvents === looksBetweenEvents - 1
    const observation = await observe(cluster, { ...rollout, withEvents })
    const workloads = statesOf(observation, rollout.image)
    const seconds = secondsSince(start, clock)
    const outcome = outcomeOf(workloads, patience.exhausted(workloads, clock.now(), withEvents))
    if (outcome !== undefined) return { outcome, workloads, seconds }
    if (seconds >= rollout.timeoutSeconds) return { outcome: 'timed-out', workloads, seconds }
    await unblockStatefulSets(cluster, observation, log)
    if (secondsSince(reported, clock) >= secondsBetweenReports) {
      reported = clock.now()
      log.info(`After ${seconds.toFixed(0)} s: ${progressOf(workloads)}`)
    }
    await clock.sleep(Math.min(firstPollSeconds * 2 ** look, longestPollSeconds), signal)
  }
}

/** The state of every workload that was observed. */
export function statesOf(
  observation: Observation,
  image: WantedImage | undefined,
): readonly WorkloadState[] {
  return observation.workloads.map((workload) => workloadState(workload, observation, image))
}

function outcomeOf(
  workloads: readonly WorkloadState[],
  isExhausted: boolean,
): 'ready' | 'failed' | undefined {
  if (isExhausted || workloads.some(({ phase }) => phase === 'failed')) return 'failed'
  return workloads.every(({ phase }) => phase === 'ready') ? 'ready' : undefined
}

function progressOf(workloads: readonly WorkloadState[]): string {
  return workloads
    .filter(({ phase }) => phase !== 'ready')
    .map(({ reference, message }) => `${nameOf(reference)} ${message}`)
    .join('; ')
}

/** Remembers since when each trouble has been there. */
class Patience {
  readonly #since = new Map<string, Date>()

  /** Whether one of the troubles has lasted longer than it may. */
  exhausted(workloads: readonly WorkloadState[], now: Date, sawEvents: boolean): boolean {
    const troubles = workloads
      .filter(({ phase }) => phase !== 'ready')
      .flatMap(({ troubles: found }) => found)
    const keys = new Set(troubles.map(keyOf))
    for (const key of this.#since.keys()) {
      // What only events tell is not gone because nobody asked for events.
      const isTold = sawEvents || !key.startsWith(eventKey)
      if (isTold && !keys.has(key)) this.#since.delete(key)
    }
    return troubles.some((trouble) => {
      const since = this.#since.get(keyOf(trouble)) ?? now
      this.#since.set(keyOf(trouble), since)
      return (now.getTime() - since.getTime()) / 1000 >= trouble.graceSeconds
    })
  }
}

const eventKey = 'event '

function keyOf({ pod, container, reason }: Trouble): string {
  const prefix = container === undefined ? eventKey : ''
  return `${prefix}${pod ?? ''} ${container ?? ''} ${reason}`
}
