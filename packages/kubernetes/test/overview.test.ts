import { describe, expect, it } from '@jest/globals'
import type { ClusterEvent } from '../src/readiness/cluster-event.ts'
import { overviewOf } from '../src/readiness/overview.ts'
import { serverTime } from './observed.ts'

function warning(objectUid: string, message: string): ClusterEvent {
  return {
    isWarning: true,
    reason: 'FailedCreate',
    message,
    objectKind: 'StatefulSet',
    objectName: 'web',
    objectUid,
    count: 1,
    lastSeen: serverTime,
  }
}

describe('overviewOf', () => {
  it('gives each warning once, in the order in which they were observed', () => {
    const events = [warning('b', '1'), warning('a', '2'), warning('c', '3'), warning('b', '4')]
    const nothing = { workloads: [], pods: [], replicaSets: [], endpointSlices: undefined }
    const { warningsOf } = overviewOf({ ...nothing, events, serverTime })
    // A StatefulSet is what makes its pods as well.
    expect(warningsOf(['a', 'a', 'b']).map(({ message }) => message)).toEqual(['1', '2', '4'])
  })
})
