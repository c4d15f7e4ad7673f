import type { Clock, Log } from '@oke-pipeline/core'
import { inert, secondsSince } from '@oke-pipeline/core'
import { nameOf } from '../object.ts'
import type { ClusterEvent } from './cluster-event.ts'
import { containerStatusesOf, isActive, isReady } from './pod.ts'
import type { Pod } from './pod.ts'
import type { WorkloadState } from './workload-state.ts'

/** Lines come in such steps, however fast things change. */
const secondsBetweenLines = 3
/** After which what stands still is told again. */
const secondsOfSilence = 60

/** Tells in the log what has changed while a release is waited for: few lines, and whole ones. */
export class Progress {
  readonly #log: Log
  readonly #clock: Clock
  readonly #told = new Map<string, { readonly line: string; readonly at: Date }>()
  #last: Date | undefined

  constructor({ log, clock }: { readonly log: Log; readonly clock: Clock }) {
    this.#log = log
    this.#clock = clock
  }

  /** Tells of the workloads whose line is another than before. */
  tell(workloads: readonly WorkloadState[], events: readonly ClusterEvent[]): void {
    const isSoon =
      this.#last !== undefined && secondsSince(this.#last, this.#clock) < secondsBetweenLines
    if (isSoon) return
    for (const state of workloads) {
      const line = progressLine(state, events)
      const name = nameOf(state.reference)
      if (!this.#isNews(name, line, state)) continue
      this.#last = this.#clock.now()
      this.#told.set(name, { line, at: this.#last })
      this.#log.info(safe(line))
    }
  }

  /** Tells how everything stands at the end, as a table. */
  tellEnd(workloads: readonly WorkloadState[]): void {
    const rows = workloads.map(({ reference, phase, readyPods, wantedPods, message }) => [
      nameOf(reference),
      wantedPods + readyPods === 0 ? '-' : `${readyPods} of ${wantedPods}`,
      phase === 'ready' && message === 'is up to date' ? 'ready' : `${phase}: ${message}`,
    ])
    const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
    for (const row of rows) {
      const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
      this.#log.info(safe(cells.join('  ')))
    }
  }

  #isNews(name: string, line: string, { phase }: WorkloadState): boolean {
    const told = this.#told.get(name)
    // What is ready at once needs no words: the table at the end has it.
    if (told === undefined) return phase !== 'ready'
    if (told.line !== line) return true
    return phase !== 'ready' && secondsSince(told.at, this.#clock) >= secondsOfSilence
  }
}

/** Foreign words must not begin a line: it could be a workflow command. */
function safe(line: string): string {
  return inert(line.replaceAll(/[\r\n]+/g, ' '))
}

/** One line on a workload: `Deployment/web: 2 of 4 pods ready, 1 pulling its image`. */
export function progressLine(state: WorkloadState, events: readonly ClusterEvent[]): string {
  const { reference, wantedPods, readyPods, message, phase, pods } = state
  const name = nameOf(reference)
  if (phase === 'ready') return `${name}: ready`
  if (wantedPods === 0) return `${name}: ${message}`
  const counts = new Map<string, number>()
  for (const pod of pods.filter((one) => isActive(one) && !isReady(one))) {
    const words = stageOf(pod, events)
    counts.set(words, (counts.get(words) ?? 0) + 1)
  }
  const stages = [...counts].sort().map(([words, count]) => `${count} ${words}`)
  const ready = `${readyPods} of ${wantedPods} pods ready`
  return `${name}: ${[ready, ...(stages.length === 0 ? [message] : stages)].join(', ')}`
}

/** What a pod that is not ready is doing. */
function stageOf(pod: Pod, events: readonly ClusterEvent[]): string {
  const scheduled = pod.status.conditions.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status === 'False') return 'without a node'
  const statuses = containerStatusesOf(pod)
  const waiting = statuses.flatMap(({ state }) => state.waiting?.reason ?? [])
  const trouble = waiting.find(
    (reason) => !['', 'ContainerCreating', 'PodInitializing'].includes(reason),
  )
  if (trouble !== undefined) return `in ${trouble}`
  if (waiting.length > 0) return isPulling(pod, events) ? 'pulling its image' : 'being made'
  return statuses.length === 0 ? 'being made' : 'not ready yet'
}

function isPulling({ metadata }: Pod, events: readonly ClusterEvent[]): boolean {
  const count = (wanted: string): number =>
    events.filter(({ objectUid, reason }) => objectUid === metadata.uid && reason === wanted).length
  return count('Pulling') > count('Pulled')
}
