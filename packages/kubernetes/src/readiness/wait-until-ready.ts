import { secondsSince } from '@oke-pipeline/core'
import type { Clock, Log } from '@oke-pipeline/core'
import type { Cluster } from '../client/cluster.ts'
import type { KubernetesObject } from '../object.ts'
import { EarlierRestarts } from './earlier-restarts.ts'
import { viewNamespace } from './namespace-view.ts'
import type { Observation } from './observation.ts'
import { observe } from './observe.ts'
import { overviewOf } from './overview.ts'
import { Patience } from './patience.ts'
import { Progress } from './progress.ts'
import { unblockStatefulSets } from './unblock-stateful-sets.ts'
import { workloadState } from './workload-state.ts'
import type { Demands, WorkloadState } from './workload-state.ts'

/** What shall become ready, and how long that may take. */
export interface Rollout {
  readonly namespace: string
  /** As they were applied. */
  readonly objects: readonly KubernetesObject[]
  readonly demands: Demands
  readonly timeoutSeconds: number
  /** When what is waited for was begun; now when not given. Restarts from before do not count. */
  readonly since?: Date | undefined
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

/** Some things change by nothing but time: how long a container has been running, say. */
const longestRestSeconds = 0.25

/**
 * Waits until every workload is ready and its pods are seen to run the image. Ends at once when
 * one has failed for good, or has a trouble that waiting does not mend.
 */
export async function waitUntilReady(
  cluster: Cluster,
  rollout: Rollout,
  ports: WaitPorts,
): Promise<RolloutOutcome> {
  const progress = new Progress(ports)
  const ended = await untilDecided(cluster, rollout, { ports, progress })
  progress.tellEnd(ended.workloads)
  return ended
}

async function untilDecided(
  cluster: Cluster,
  rollout: Rollout,
  { ports, progress }: { readonly ports: WaitPorts; readonly progress: Progress },
): Promise<RolloutOutcome> {
  const { clock, log } = ports
  const start = clock.now()
  const patience = new Patience()
  const unblocked = new Set<string>()
  const restarts = new EarlierRestarts()
  const counted = (observation: Observation): Observation =>
    restarts.leftOutOf(observation, secondsSince(rollout.since ?? start, clock))
  await using view = await viewNamespace(cluster, rollout, ports)
  for (;;) {
    const observation = counted(view.observation())
    const workloads = statesOf(observation, rollout.demands)
    const seconds = secondsSince(start, clock)
    const outcome = outcomeOf(workloads, patience.isExhausted(workloads, clock.now()))
    if (outcome === 'failed') return { outcome, workloads, seconds }
    const confirmed = outcome === 'ready' ? await confirmation() : undefined
    if (confirmed !== undefined) return { outcome: 'ready', workloads: confirmed, seconds }
    if (seconds >= rollout.timeoutSeconds) return { outcome: 'timed-out', workloads, seconds }
    await unblockStatefulSets(cluster, { observation, unblocked, log })
    progress.tell(workloads, observation.events)
    await view.changed(longestRestSeconds)
  }

  /** A watch may be behind: that all is well is believed only once a fresh look says so, too. */
  async function confirmation(): Promise<readonly WorkloadState[] | undefined> {
    const observation = await observe(cluster, { ...rollout, withEvents: false })
    const workloads = statesOf(counted(observation), rollout.demands)
    return outcomeOf(workloads, false) === 'ready' ? workloads : undefined
  }
}

/** The state of every workload that was observed. */
export function statesOf(observation: Observation, demands: Demands): readonly WorkloadState[] {
  const overview = overviewOf(observation)
  return observation.workloads.map((workload) => workloadState(workload, overview, demands))
}

function outcomeOf(
  workloads: readonly WorkloadState[],
  isExhausted: boolean,
): 'ready' | 'failed' | undefined {
  if (isExhausted || workloads.some(({ phase }) => phase === 'failed')) return 'failed'
  return workloads.every(({ phase }) => phase === 'ready') ? 'ready' : undefined
}
