import type { Observation } from './observation.ts'
import { containerStatusesOf } from './pod.ts'
import type { ContainerStatus, Pod } from './pod.ts'

/**
 * Leaves out of pods how often their containers had been restarted before a rollout began: pods
 * that it does not replace may have run for months, and that is not its fault.
 */
export class EarlierRestarts {
  #counts: ReadonlyMap<string, number> | undefined

  /** The same observation; its first one tells what was there `secondsAgo`, when it all began. */
  leftOutOf(observation: Observation, secondsAgo: number): Observation {
    const begun = observation.serverTime.getTime() - secondsAgo * 1000
    this.#counts ??= countsOf(observation.pods.filter((pod) => isOlder(pod, begun)))
    const counts = this.#counts
    return { ...observation, pods: observation.pods.map((pod) => without(pod, counts)) }
  }
}

/** The API leaves out the fraction of the second in which a pod was made. */
function isOlder({ metadata: { creationTimestamp } }: Pod, begun: number): boolean {
  return creationTimestamp !== undefined && Date.parse(creationTimestamp) + 1000 <= begun
}

function countsOf(pods: readonly Pod[]): ReadonlyMap<string, number> {
  return new Map(
    pods.flatMap((pod) =>
      containerStatusesOf(pod).map((status) => [keyOf(pod, status), status.restartCount]),
    ),
  )
}

function without(pod: Pod, counts: ReadonlyMap<string, number>): Pod {
  if (!containerStatusesOf(pod).some((status) => (counts.get(keyOf(pod, status)) ?? 0) > 0))
    return pod
  const less = (status: ContainerStatus): ContainerStatus => ({
    ...status,
    restartCount: Math.max(0, status.restartCount - (counts.get(keyOf(pod, status)) ?? 0)),
  })
  const { containerStatuses, initContainerStatuses } = pod.status
  return {
    ...pod,
    status: {
      ...pod.status,
      containerStatuses: containerStatuses.map(less),
      initContainerStatuses: initContainerStatuses.map(less),
    },
  }
}

function keyOf({ metadata }: Pod, { name }: ContainerStatus): string {
  return `${metadata.uid} ${name}`
}
