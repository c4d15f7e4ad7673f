import { describe, expect, it } from '@jest/globals'
import type { JsonObject } from '../src/json.ts'
import type { ClusterEvent } from '../src/readiness/cluster-event.ts'
import type { WorkloadState } from '../src/readiness/workload-state.ts'
import { deployment, otherDigest, pod, serverTime, stateWith } from './observed.ts'

/** A pod of a StatefulSet of two, of the old or the new revision. */
function member(revision: 'old' | 'new', isReady = true): JsonObject {
  const imageID = revision === 'old' ? `x@${otherDigest}` : undefined
  const made = pod({ owner: 'stateful', isReady, ...(imageID === undefined ? {} : { imageID }) })
  const metadata = {
    name: `hello-${revision}`,
    uid: revision,
    ownerReferences: [{ uid: 'stateful' }],
    labels: { 'controller-revision-hash': revision },
  }
  return { ...made, metadata }
}

function stateOf(updateStrategy: JsonObject, pods: readonly JsonObject[]): WorkloadState {
  const live = {
    ...deployment,
    kind: 'StatefulSet',
    metadata: { name: 'hello', uid: 'stateful', generation: 2 },
    spec: { replicas: 2, updateStrategy },
    status: {
      observedGeneration: 2,
      replicas: 2,
      readyReplicas: 2,
      updatedReplicas: 1,
      currentRevision: 'old',
      updateRevision: 'new',
    },
  }
  return stateWith(pods, { live })
}

const partition = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } }
const onDelete = { type: 'OnDelete' }

describe('a StatefulSet whose update strategy keeps old pods', () => {
  const cases = [
    {
      name: 'is ready when the pods from the partition on run the digest',
      strategy: partition,
      pods: [member('old'), member('new')],
      phase: 'ready',
      says: '1 of 2 pods keep the old revision by its partition of 1',
    },
    {
      name: 'is not ready while a pod that the partition does not keep is old',
      strategy: partition,
      pods: [member('old'), { ...member('old') }],
      phase: 'progressing',
      says: '2 old pods are still there',
    },
    {
      name: 'is not ready while the pod of the new revision is not',
      strategy: partition,
      pods: [member('old'), member('new', false)],
      phase: 'progressing',
      says: '0 of 1 pods are ready',
    },
    {
      name: 'is ready with pods that nobody has deleted',
      strategy: onDelete,
      pods: [member('old'), member('old')],
      phase: 'ready',
      says: '2 of 2 pods keep the old revision until they are deleted',
    },
    {
      name: 'is not ready while a pod that was deleted is being replaced',
      strategy: onDelete,
      pods: [member('old'), member('new', false)],
      phase: 'progressing',
      says: '0 of 1 pods are ready',
    },
    {
      name: 'has to replace every pod without a partition',
      strategy: { type: 'RollingUpdate' },
      pods: [member('old'), member('new')],
      phase: 'progressing',
      says: '1 of 2 pods are updated',
    },
  ]
  it.each(cases)('$name', ({ strategy, pods, phase, says }) => {
    const state = stateOf(strategy, pods)
    expect(state.message).toContain(says)
    expect(state.phase).toBe(phase)
  })
})

describe('a pod that finds no node', () => {
  const message = '0/3 nodes are available: 3 Insufficient cpu.'
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }
  const lost = { ...pod({ isReady: false }), status: { conditions: [condition] } }
  const claim = { ...condition, message: 'pod has unbound immediate PersistentVolumeClaims' }
  const reasons = (pods: readonly JsonObject[], scaleUps: readonly string[] = []): string[] =>
    stateWith(pods, { events: scaleUps.map(scaleUpFor) }).troubles.map(({ reason }) => reason)

  function scaleUpFor(objectUid: string): ClusterEvent {
    return {
      isWarning: false,
      objectUid,
      objectKind: 'Pod',
      objectName: objectUid,
      reason: 'TriggeredScaleUp',
      message: '',
      count: 1,
      lastSeen: serverTime,
    }
  }

  it('is a trouble', () => {
    expect(reasons([lost])).toEqual(['Unschedulable'])
  })

  it('is none while a node is added, another pod ends, or a volume is made', () => {
    expect(reasons([lost], ['pod-1'])).toEqual([])
    const ending = { owner: 'old', isDeleted: true }
    expect(reasons([lost, pod({ ...ending, secondsRunning: 5 })])).toEqual([])
    expect(reasons([{ ...lost, status: { conditions: [claim] } }])).toEqual([])
    // One that should have gone long ago makes room for nobody.
    expect(reasons([lost, pod({ ...ending, secondsRunning: 60 })])).toEqual(['Unschedulable'])
  })

  it('is none while lesser pods are driven from a node for it', () => {
    const nominated = { conditions: [condition], nominatedNodeName: 'node-1' }
    expect(reasons([{ ...lost, status: nominated }])).toEqual([])
  })
})
