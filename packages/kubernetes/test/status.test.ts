import { describe, expect, it } from '@jest/globals'
import type { JsonObject } from '../src/json.ts'
import { statusOf } from '../src/readiness/status.ts'

interface Case {
  readonly name: string
  readonly kind: string
  readonly spec?: JsonObject
  readonly status?: JsonObject
  readonly state: string
  readonly says?: string
}

const available = { type: 'Available', status: 'True' }
const complete = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 }
const late = {
  type: 'Progressing',
  status: 'False',
  reason: 'ProgressDeadlineExceeded',
  message: 'x',
}
const daemons = { desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 2 }

const cases: readonly Case[] = [
  {
    name: 'nothing of it yet',
    kind: 'apps/Deployment',
    state: 'in-progress',
    says: 'has not seen it yet',
  },
  {
    name: 'an older generation',
    kind: 'apps/Deployment',
    status: { observedGeneration: 1, ...complete, conditions: [available] },
    state: 'in-progress',
    says: 'has not seen the change',
  },
  {
    name: 'all pods',
    kind: 'apps/Deployment',
    status: { ...complete, conditions: [available] },
    state: 'current',
  },
  {
    name: 'no pod',
    kind: 'apps/Deployment',
    status: {},
    state: 'in-progress',
    says: '0 of 2 pods are created',
  },
  {
    name: 'one updated pod',
    kind: 'apps/Deployment',
    status: { ...complete, updatedReplicas: 1 },
    state: 'in-progress',
    says: '1 of 2 pods are updated',
  },
  {
    name: 'an old pod',
    kind: 'apps/Deployment',
    status: { ...complete, replicas: 3 },
    state: 'in-progress',
    says: '1 old pods are still there',
  },
  {
    name: 'one available pod',
    kind: 'apps/Deployment',
    status: { ...complete, availableReplicas: 1 },
    state: 'in-progress',
    says: '1 of 2 pods are available',
  },
  {
    name: 'one ready pod',
    kind: 'apps/Deployment',
    status: { ...complete, readyReplicas: 1 },
    state: 'in-progress',
    says: '1 of 2 pods are ready',
  },
  {
    name: 'all pods but no condition',
    kind: 'apps/Deployment',
    status: complete,
    state: 'in-progress',
    says: 'not available yet',
  },
  {
    name: 'no progress',
    kind: 'apps/Deployment',
    status: { ...complete, conditions: [late] },
    state: 'failed',
    says: 'progressDeadlineSeconds',
  },
  {
    name: 'no pods, as wanted',
    kind: 'apps/Deployment',
    spec: { replicas: 0 },
    status: { conditions: [available] },
    state: 'current',
  },
  {
    name: 'all pods',
    kind: 'apps/StatefulSet',
    status: { ...complete, currentRevision: 'a', updateRevision: 'a' },
    state: 'current',
  },
  {
    name: 'an old revision',
    kind: 'apps/StatefulSet',
    status: { ...complete, currentRevision: 'a', updateRevision: 'b' },
    state: 'in-progress',
    says: 'old revision',
  },
  {
    name: 'one updated pod',
    kind: 'apps/StatefulSet',
    status: { ...complete, updatedReplicas: 1 },
    state: 'in-progress',
    says: '1 of 2 pods are updated',
  },
  {
    name: 'a partition',
    kind: 'apps/StatefulSet',
    spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } },
    status: { ...complete, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
    state: 'current',
  },
  {
    name: 'a pause',
    kind: 'apps/Deployment',
    spec: { paused: true },
    status: { replicas: 2 },
    state: 'failed',
    says: 'is paused',
  },
  {
    name: 'OnDelete',
    kind: 'apps/DaemonSet',
    spec: { updateStrategy: { type: 'OnDelete' } },
    status: { desiredNumberScheduled: 2, currentNumberScheduled: 2 },
    state: 'current',
  },
  {
    name: 'OnDelete',
    kind: 'apps/StatefulSet',
    spec: { updateStrategy: { type: 'OnDelete' } },
    status: { replicas: 2 },
    state: 'current',
  },
  {
    name: 'all pods',
    kind: 'apps/DaemonSet',
    status: { ...daemons, numberAvailable: 2, numberReady: 2 },
    state: 'current',
  },
  {
    name: 'a pod that is not available',
    kind: 'apps/DaemonSet',
    status: { ...daemons, numberAvailable: 1, numberReady: 2 },
    state: 'in-progress',
    says: '1 of 2 pods are available',
  },
  {
    name: 'an old pod',
    kind: 'apps/DaemonSet',
    status: { ...daemons, updatedNumberScheduled: 1 },
    state: 'in-progress',
    says: '1 of 2 pods are updated',
  },
  { name: 'no node', kind: 'apps/DaemonSet', status: {}, state: 'current' },
  {
    name: 'all pods',
    kind: 'apps/ReplicaSet',
    status: { ...complete, fullyLabeledReplicas: 2 },
    state: 'current',
  },
  {
    name: 'one ready pod',
    kind: 'apps/ReplicaSet',
    status: { ...complete, fullyLabeledReplicas: 2, readyReplicas: 1 },
    state: 'in-progress',
    says: '1 of 2 pods are ready',
  },
  {
    name: 'work',
    kind: 'batch/Job',
    status: { active: 1 },
    state: 'in-progress',
    says: 'not completed',
  },
  {
    name: 'an end',
    kind: 'batch/Job',
    status: { conditions: [{ type: 'Complete', status: 'True' }] },
    state: 'current',
  },
  {
    name: 'a failure',
    kind: 'batch/Job',
    status: { conditions: [{ type: 'Failed', status: 'True', message: 'backoff limit' }] },
    state: 'failed',
    says: 'backoff limit',
  },
  { name: 'a pause', kind: 'batch/Job', spec: { suspend: true }, status: {}, state: 'current' },
  {
    name: 'readiness',
    kind: '/Pod',
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    state: 'current',
  },
  { name: 'no readiness', kind: '/Pod', status: { phase: 'Running' }, state: 'in-progress' },
  { name: 'an end', kind: '/Pod', status: { phase: 'Succeeded' }, state: 'current' },
  {
    name: 'a failure',
    kind: '/Pod',
    status: { phase: 'Failed', message: 'evicted' },
    state: 'failed',
    says: 'evicted',
  },
  { name: 'anything', kind: '/Service', state: 'current' },
  { name: 'anything', kind: 'example.com/Deployment', state: 'current' },
]

describe('statusOf', () => {
  it.each(cases)('a $kind with $name is $state', ({ kind, spec, status, state, says = '' }) => {
    const [group = '', name = ''] = kind.split('/')
    const result = statusOf({
      apiVersion: group === '' ? 'v1' : `${group}/v1`,
      kind: name,
      metadata: { name: 'a', generation: 2 },
      spec: { replicas: 2, ...spec },
      ...(status === undefined ? {} : { status: { observedGeneration: 2, ...status } }),
    })
    expect(result.state).toBe(state)
    expect(result.message).toContain(says)
  })
})
