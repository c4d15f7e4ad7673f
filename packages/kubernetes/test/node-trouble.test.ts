import { describe, expect, it } from '@jest/globals'
import type { KubernetesObject } from '../src/object.ts'
import { nodeTroubles } from '../src/readiness/node-trouble.ts'
import { parsePod } from '../src/readiness/pod.ts'
import { deployment, pod, serverTime, stateWith } from './observed.ts'

/** A pod that a node was given, with another status or other metadata. */
function onNode({
  metadata = {},
  status = {},
}: {
  metadata?: object
  status?: object
}): ReturnType<typeof parsePod> {
  return parsePod({
    metadata: { name: 'hello-1', uid: 'pod-1', ownerReferences: [{ uid: 'new' }], ...metadata },
    spec: { nodeName: 'away', containers: [{ name: 'web' }] },
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True' }], ...status },
  })
}

function ago(seconds: number): string {
  return new Date(serverTime.getTime() - seconds * 1000).toISOString()
}

const initialized = { type: 'Initialized', status: 'True' }
const evicted = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory' }

const cases = [
  { name: 'a node that says nothing of it', found: onNode({}), reasons: ['NodeSilent'] },
  {
    name: 'no node yet',
    found: { ...onNode({}), spec: { ...onNode({}).spec, nodeName: '' } },
    reasons: [],
  },
  {
    name: 'a kubelet that has seen it',
    found: onNode({ status: { conditions: [initialized] } }),
    reasons: [],
  },
  { name: 'an eviction', found: onNode({ status: evicted }), reasons: ['Evicted'] },
  {
    name: 'a node that has no room for it after all',
    found: onNode({ status: { phase: 'Failed', reason: 'OutOfcpu' } }),
    reasons: ['OutOfcpu'],
  },
  {
    name: 'a failure of its own',
    found: onNode({ status: { phase: 'Failed', conditions: [initialized] } }),
    reasons: [],
  },
  {
    name: 'an end that should have come long ago',
    found: onNode({ metadata: { deletionTimestamp: ago(31) } }),
    reasons: ['StuckTerminating'],
  },
  {
    name: 'an end that is to come',
    found: onNode({ metadata: { deletionTimestamp: ago(5) } }),
    reasons: [],
  },
]

describe('nodeTroubles', () => {
  it.each(cases)('of a pod with $name: $reasons', ({ found, reasons }) => {
    expect(nodeTroubles(found, serverTime).map(({ reason }) => reason)).toEqual(reasons)
  })

  it('tells of finalizers where they keep a pod', () => {
    const metadata = { deletionTimestamp: ago(60), finalizers: ['example.com/hold'] }
    const [trouble] = nodeTroubles(onNode({ metadata }), serverTime)
    expect(trouble?.message).toContain('example.com/hold')
  })
})

describe('a pod that does not go', () => {
  const gone = pod({ isDeleted: true, secondsRunning: 60 })
  const stuckIn = (live: KubernetesObject): readonly string[] =>
    stateWith([gone], { live }, {}).troubles.map(({ reason }) => reason)

  it('is trouble where others wait for its end, and only there', () => {
    const spec = { replicas: 1, strategy: { type: 'Recreate' } }
    const recreated = { ...deployment, spec }
    expect(stuckIn(recreated)).toEqual(['StuckTerminating'])
    expect(stuckIn(deployment)).toEqual([])
  })
})
