import { describe, expect, it } from '@jest/globals'
import { EarlierRestarts } from '../src/readiness/earlier-restarts.ts'
import type { Observation } from '../src/readiness/observation.ts'
import { parsePod } from '../src/readiness/pod.ts'
import { pod, serverTime } from './observed.ts'

/** One pod that was made so many seconds ago, and whose container was restarted so often. */
function observed(secondsOld: number, restartCount: number): Observation {
  const { metadata, ...rest } = parsePod(pod({ container: { restartCount } }))
  const creationTimestamp = new Date(serverTime.getTime() - secondsOld * 1000).toISOString()
  return {
    workloads: [],
    pods: [{ ...rest, metadata: { ...metadata, creationTimestamp } }],
    replicaSets: [],
    endpointSlices: undefined,
    events: [],
    serverTime,
  }
}

function restartsIn({ pods }: Observation): readonly number[] {
  return pods.flatMap(({ status }) =>
    status.containerStatuses.map(({ restartCount }) => restartCount),
  )
}

describe('EarlierRestarts', () => {
  it('leaves out what had happened to a pod before the rollout began, and only that', () => {
    const restarts = new EarlierRestarts()
    expect(restartsIn(restarts.leftOutOf(observed(3600, 40), 5))).toEqual([0])
    expect(restartsIn(restarts.leftOutOf(observed(3600, 42), 6))).toEqual([2])
  })

  it('counts all restarts of a pod that the rollout has made', () => {
    const restarts = new EarlierRestarts()
    expect(restartsIn(restarts.leftOutOf(observed(4, 1), 5))).toEqual([1])
    expect(restartsIn(restarts.leftOutOf(observed(6, 2), 7))).toEqual([2])
  })

  it('takes a pod that may have been made in the same second for one of the rollout', () => {
    const restarts = new EarlierRestarts()
    expect(restartsIn(restarts.leftOutOf(observed(5.5, 1), 5))).toEqual([1])
  })
})
