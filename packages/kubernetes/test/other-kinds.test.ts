import { describe, expect, it } from '@jest/globals'
import type { JsonObject } from '../src/json.ts'
import type { KubernetesObject } from '../src/object.ts'
import { isAwaited } from '../src/readiness/awaited.ts'
import { claimStatus } from '../src/readiness/claim-status.ts'
import type { ClusterEvent } from '../src/readiness/cluster-event.ts'
import { serviceStatus } from '../src/readiness/network-status.ts'
import { parsePod } from '../src/readiness/pod.ts'
import { statusOf } from '../src/readiness/status.ts'
import { pod, serverTime, stateWith } from './observed.ts'

function object(apiVersion: string, kind: string, rest: JsonObject = {}): KubernetesObject {
  return { apiVersion, kind, metadata: { name: 'x', uid: 'x', generation: 2 }, ...rest }
}

function condition(type: string, status: string, more: JsonObject = {}): JsonObject {
  return { type, status, reason: 'Why', message: 'because', ...more }
}

function withConditions(...conditions: readonly JsonObject[]): JsonObject {
  return { status: { conditions } }
}

describe('statusOf a custom resource', () => {
  const custom = (rest: JsonObject): KubernetesObject => object('db.example/v1', 'Database', rest)

  it.each([
    { name: 'without a status', rest: {}, is: 'current' },
    { name: 'that is ready', rest: withConditions(condition('Ready', 'True')), is: 'current' },
    { name: 'that is not', rest: withConditions(condition('Ready', 'False')), is: 'in-progress' },
    { name: 'that may be', rest: withConditions(condition('Ready', 'Unknown')), is: 'in-progress' },
    {
      name: 'that is available',
      rest: withConditions(condition('Available', 'True')),
      is: 'current',
    },
    {
      name: 'that is not available',
      rest: withConditions(condition('Available', 'False')),
      is: 'in-progress',
    },
    {
      name: 'that reconciles',
      rest: withConditions(condition('Reconciling', 'True'), condition('Ready', 'True')),
      is: 'in-progress',
    },
    { name: 'that is stalled', rest: withConditions(condition('Stalled', 'True')), is: 'failed' },
    {
      name: 'whose status is old',
      rest: { status: { observedGeneration: 1, conditions: [condition('Ready', 'True')] } },
      is: 'in-progress',
    },
    {
      name: 'whose condition is old',
      rest: withConditions(condition('Ready', 'True', { observedGeneration: 1 })),
      is: 'in-progress',
    },
    {
      name: 'with other conditions',
      rest: withConditions(condition('Synced', 'False')),
      is: 'current',
    },
  ])('$name is $is', ({ rest, is }) => {
    expect(statusOf(custom(rest)).state).toBe(is)
  })

  it('says what its controller says', () => {
    const { message } = statusOf(custom(withConditions(condition('Ready', 'False'))))
    expect(message).toBe('is not ready: Why: because')
  })
})

describe('statusOf what stands before workloads', () => {
  const route = (parents: readonly JsonObject[]): KubernetesObject =>
    object('gateway.networking.k8s.io/v1', 'HTTPRoute', {
      spec: { parentRefs: [{ name: 'g' }] },
      status: { parents },
    })
  const gateway = (...conditions: readonly JsonObject[]): KubernetesObject =>
    object('gateway.networking.k8s.io/v1', 'Gateway', withConditions(...conditions))
  const accepted = condition('Accepted', 'True')
  const address = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } }

  it.each([
    { name: 'a route without parents', of: route([]), is: 'in-progress' },
    {
      name: 'a route that is accepted',
      of: route([{ conditions: [accepted, condition('ResolvedRefs', 'True')] }]),
      is: 'current',
    },
    {
      name: 'a route to nowhere',
      of: route([{ conditions: [accepted, condition('ResolvedRefs', 'False')] }]),
      is: 'in-progress',
    },
    { name: 'a Gateway that is accepted', of: gateway(accepted), is: 'in-progress' },
    {
      name: 'a Gateway that is programmed',
      of: gateway(accepted, condition('Programmed', 'True')),
      is: 'current',
    },
    { name: 'an Ingress', of: object('networking.k8s.io/v1', 'Ingress'), is: 'in-progress' },
    {
      name: 'an Ingress with an address',
      of: object('networking.k8s.io/v1', 'Ingress', address),
      is: 'current',
    },
    {
      name: 'a definition',
      of: object('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
      is: 'in-progress',
    },
    {
      name: 'a definition that is served',
      of: object(
        'apiextensions.k8s.io/v1',
        'CustomResourceDefinition',
        withConditions(condition('Established', 'True')),
      ),
      is: 'current',
    },
    {
      name: 'a definition whose names are taken',
      of: object(
        'apiextensions.k8s.io/v1',
        'CustomResourceDefinition',
        withConditions(condition('NamesAccepted', 'False')),
      ),
      is: 'failed',
    },
  ])('$name is $is', ({ of, is }) => {
    expect(statusOf(of).state).toBe(is)
  })
})

describe('serviceStatus', () => {
  const labelled = (isReady: boolean): ReturnType<typeof parsePod> => {
    const made = pod({ isReady })
    return parsePod({ ...made, metadata: { name: 'p', uid: 'p', labels: { app: 'x' } } })
  }
  const slice = (ready: boolean, service = 'x'): KubernetesObject => ({
    ...object('discovery.k8s.io/v1', 'EndpointSlice', { endpoints: [{ conditions: { ready } }] }),
    metadata: { name: 's', labels: { 'kubernetes.io/service-name': service } },
  })
  const selecting = { selector: { app: 'x' } }
  const balanced = { ...selecting, type: 'LoadBalancer' }

  it.each([
    {
      name: 'with an endpoint',
      spec: selecting,
      pods: [labelled(true)],
      slices: [slice(true)],
      is: 'current',
    },
    {
      name: 'without one',
      spec: selecting,
      pods: [labelled(true)],
      slices: [slice(false), slice(true, 'y')],
      is: 'in-progress',
    },
    {
      name: 'whose endpoints may not be seen',
      spec: selecting,
      pods: [labelled(true)],
      slices: undefined,
      is: 'current',
    },
    {
      name: 'whose pods are not ready',
      spec: selecting,
      pods: [labelled(false)],
      slices: [],
      is: 'in-progress',
    },
    { name: 'of nothing', spec: selecting, pods: [], slices: [], is: 'current' },
    { name: 'without a selector', spec: {}, pods: [], slices: [], is: 'current' },
    {
      name: 'of another name',
      spec: { type: 'ExternalName' },
      pods: [],
      slices: [],
      is: 'current',
    },
    {
      name: 'with a load balancer that is not there',
      spec: balanced,
      pods: [labelled(true)],
      slices: [slice(true)],
      is: 'in-progress',
    },
  ])('of a Service $name is $is', ({ spec, pods, slices, is }) => {
    const status = serviceStatus(object('v1', 'Service', { spec }), {
      pods,
      endpointSlices: slices,
    })
    expect(status.state).toBe(is)
  })
})

describe('claimStatus', () => {
  const waiting: ClusterEvent = {
    isWarning: false,
    objectUid: 'x',
    objectKind: 'PersistentVolumeClaim',
    objectName: 'x',
    reason: 'WaitForFirstConsumer',
    message: '',
    count: 1,
    lastSeen: serverTime,
  }

  it.each([
    { name: 'is bound', phase: 'Bound', events: [], is: 'current' },
    { name: 'is pending', phase: 'Pending', events: [], is: 'in-progress' },
    { name: 'waits for a pod', phase: 'Pending', events: [waiting], is: 'current' },
    {
      name: 'stands beside one that does',
      phase: 'Pending',
      events: [{ ...waiting, objectUid: 'y' }],
      is: 'in-progress',
    },
    { name: 'is lost', phase: 'Lost', events: [], is: 'failed' },
  ])('of one that $name is $is', ({ phase, events, is }) => {
    const claim = object('v1', 'PersistentVolumeClaim', { status: { phase } })
    expect(claimStatus(claim, events).state).toBe(is)
  })
})

describe('isAwaited', () => {
  it.each([
    ['apps/v1', 'Deployment', true],
    ['v1', 'Service', true],
    ['v1', 'ConfigMap', false],
    ['serving.knative.dev/v1', 'Service', true],
    ['cluster.x-k8s.io/v1beta1', 'Machine', true],
    ['gateway.networking.k8s.io/v1', 'GRPCRoute', true],
    ['rbac.authorization.k8s.io/v1', 'Role', false],
    ['autoscaling/v2', 'HorizontalPodAutoscaler', false],
    ['policy/v1', 'PodDisruptionBudget', false],
  ] as const)('of %s %s is %s', (apiVersion, kind, is) => {
    expect(isAwaited(object(apiVersion, kind))).toBe(is)
  })

  it('heeds the annotation', () => {
    const annotations = { 'oke-pipeline.dev/wait': 'none' }
    const ingress = object('networking.k8s.io/v1', 'Ingress')
    expect(isAwaited({ ...ingress, metadata: { name: 'x', annotations } })).toBe(false)
  })
})

describe('what a controller says', () => {
  it('is told without the credentials in it', () => {
    const message = 'cannot reach postgres://app:open-sesame@db'
    const live = object('db.example/v1', 'Database', {
      ...withConditions(condition('Ready', 'False', { message })),
    })
    expect(stateWith([], { live }).message).toBe(
      'is not ready: Why: cannot reach postgres://app:***@db',
    )
  })
})
