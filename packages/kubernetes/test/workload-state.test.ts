import { describe, expect, it } from '@jest/globals'
import type { ClusterEvent } from '../src/readiness/cluster-event.ts'
import type { WorkloadState } from '../src/readiness/workload-state.ts'
import { deployment, otherDigest, pod, serverTime, stateWith, wantedDigest } from './observed.ts'

describe('a workload is ready', () => {
  const cases = [
    { name: 'when its pod is', pods: [pod()] },
    { name: 'while an old pod ends', pods: [pod(), pod({ owner: 'old', isDeleted: true })] },
    { name: 'beside an evicted pod', pods: [pod(), pod({ owner: 'old', phase: 'Failed' })] },
    { name: 'beside pods of others', pods: [pod(), pod({ owner: 'others', isReady: false })] },
    {
      name: 'without a probe, after five seconds',
      pods: [pod({ hasProbe: false, secondsRunning: 5 })],
    },
  ]
  it.each(cases)('$name', ({ pods }) => {
    const { phase, readyPods, digests } = stateWith(pods)
    expect({ phase, readyPods, digests }).toEqual({
      phase: 'ready',
      readyPods: 1,
      digests: [wantedDigest],
    })
  })
})

describe('a workload that its controller calls complete is not ready', () => {
  const cases = [
    { name: 'without a pod', pods: [], says: '0 of 1 pods are there' },
    { name: 'while its pod ends', pods: [pod({ isDeleted: true })], says: '0 of 1 pods are there' },
    { name: 'beside an old pod', pods: [pod(), pod({ owner: 'old' })], says: '1 old pods' },
    { name: 'with a pod too many', pods: [pod(), pod()], says: '2 of 1 pods are there' },
    { name: 'when its pod is not', pods: [pod({ isReady: false })], says: '0 of 1 pods are ready' },
    {
      name: 'when its pod runs another digest',
      pods: [pod({ imageID: `registry/hello@${otherDigest}` })],
      says: '0 of 1 pods are seen to run the digest',
    },
    {
      name: 'when its pod does not tell what it runs',
      pods: [pod({ imageID: '' })],
      says: '0 of 1 pods are seen to run the digest',
    },
    {
      name: 'without a probe, at once',
      pods: [pod({ hasProbe: false, secondsRunning: 1 })],
      says: 'has only just started',
    },
  ]
  it.each(cases)('$name', ({ pods, says }) => {
    const { phase, message } = stateWith(pods)
    expect(phase).toBe('progressing')
    expect(message).toContain(says)
  })
})

describe('a workload has failed', () => {
  it('when it is gone', () => {
    expect(stateWith([], { live: undefined })).toMatchObject({ phase: 'failed' })
  })

  it('when its controller gave up', () => {
    const conditions = [
      { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' },
    ]
    const live = { ...deployment, status: { observedGeneration: 2, conditions } }
    expect(stateWith([pod()], { live })).toMatchObject({ phase: 'failed' })
  })
})

function waiting(reason: string, message = ''): ReturnType<typeof pod> {
  const container = { imageID: '', ready: false, state: { waiting: { reason, message } } }
  return pod({ isReady: false, container })
}

function restarted(
  restartCount: number,
  exitCode: number,
  isReady = false,
): ReturnType<typeof pod> {
  const lastState = { terminated: { exitCode, reason: 'Error' } }
  return pod({ isReady, container: { ready: isReady, restartCount, lastState } })
}

function event(change: Partial<ClusterEvent>): ClusterEvent {
  const { reason = 'FailedCreate' } = change
  return {
    isWarning: true,
    objectUid: 'new',
    objectKind: 'ReplicaSet',
    objectName: 'new',
    message: 'exceeded quota',
    count: 1,
    lastSeen: serverTime,
    ...change,
    reason,
  }
}

const mount = {
  objectUid: 'pod-1',
  objectKind: 'Pod',
  objectName: 'hello-1',
  reason: 'FailedMount',
}
const old = new Date(serverTime.getTime() - 600_000)

describe('the troubles of a workload', () => {
  const cases = [
    {
      name: 'a crash loop',
      pods: [waiting('CrashLoopBackOff')],
      reason: 'CrashLoopBackOff',
      grace: 0,
    },
    {
      name: 'an image that is not there',
      pods: [waiting('ErrImagePull', 'x: not found')],
      reason: 'ErrImagePull',
      grace: 0,
    },
    {
      name: 'an image that may not be pulled',
      pods: [waiting('ImagePullBackOff', 'x: 403 Forbidden')],
      reason: 'ImagePullBackOff',
      grace: 0,
    },
    {
      name: 'a registry that does not answer',
      pods: [waiting('ImagePullBackOff', 'connection refused')],
      reason: 'ImagePullBackOff',
      grace: 30,
    },
    {
      name: 'an image name that is none',
      pods: [waiting('InvalidImageName')],
      reason: 'InvalidImageName',
      grace: 0,
    },
    {
      name: 'a missing ConfigMap',
      pods: [waiting('CreateContainerConfigError')],
      reason: 'CreateContainerConfigError',
      grace: 2,
    },
    { name: 'two restarts', pods: [restarted(2, 1)], reason: 'Error', grace: 0 },
    {
      name: 'another digest',
      pods: [pod({ imageID: `x@${otherDigest}` })],
      reason: 'WrongDigest',
      grace: 0,
    },
    { name: 'quota', pods: [], events: [event({})], reason: 'FailedCreate', grace: 15 },
    {
      name: 'a missing volume',
      pods: [waiting('ContainerCreating')],
      events: [event({ ...mount, message: 'secret "a" not found' })],
      reason: 'FailedMount',
      grace: 8,
    },
    {
      name: 'a node without addresses',
      pods: [waiting('ContainerCreating')],
      events: [event({ ...mount, reason: 'FailedCreatePodSandBox', message: 'no free IP' })],
      reason: 'FailedCreatePodSandBox',
      grace: 30,
    },
  ]
  it.each(cases)('are told of $name', ({ pods, events = [], reason, grace }) => {
    const { troubles } = stateWith(pods, { events })
    expect(troubles.map((trouble) => [trouble.reason, trouble.graceSeconds])).toEqual([
      [reason, grace],
    ])
  })

  const harmless = [
    { name: 'that is starting', pods: [waiting('ContainerCreating')] },
    { name: 'that crashed once', pods: [restarted(1, 1)] },
    { name: 'that ended well', pods: [restarted(3, 0)] },
    { name: 'that crashed, and is ready now', pods: [restarted(9, 1, true)] },
    {
      name: 'of the old revision',
      pods: [
        pod({
          owner: 'old',
          isReady: false,
          container: { state: { waiting: { reason: 'CrashLoopBackOff' } } },
        }),
      ],
    },
    { name: 'that had to wait for its quota', pods: [pod()], events: [event({})] },
    { name: 'that had no quota long ago', pods: [], events: [event({ lastSeen: old })] },
    {
      name: 'that got its volume after all',
      pods: [pod()],
      events: [event({ ...mount, message: 'not found' })],
    },
    {
      name: 'whose volume takes time',
      pods: [waiting('ContainerCreating')],
      events: [event({ ...mount, message: 'timed out' })],
    },
    { name: 'of somebody else', pods: [pod()], events: [event({ objectUid: 'x' })] },
  ]
  it.each(harmless)('are none for a pod $name', ({ pods, events = [] }) => {
    expect(stateWith(pods, { events }).troubles).toEqual([])
  })

  it('do not count before the controller has seen the change', () => {
    const metadata = { ...deployment.metadata, generation: 3 }
    const { troubles, phase } = stateWith([waiting('CrashLoopBackOff')], {
      live: { ...deployment, metadata },
    })
    expect([phase, troubles]).toEqual(['progressing', []])
  })
})

describe('a workload that has to stay ready for a while', () => {
  function stateAfter(secondsReady: number): WorkloadState {
    return stateWith([pod({ secondsReady })], {}, { minReadySeconds: 30 })
  }

  it('is not ready before', () => {
    // The kubelet's time has no fraction: 30 seconds may be 29 and a little.
    expect(stateAfter(30)).toMatchObject({
      phase: 'progressing',
      message: 'has been ready for 29 of 30 s',
    })
  })

  it('is ready afterwards', () => {
    expect(stateAfter(31)).toMatchObject({ phase: 'ready' })
  })
})

describe('a budget of restarts', () => {
  const crashed = { state: { terminated: { exitCode: 1, reason: 'Error' } } }
  const backingOff = { state: { waiting: { reason: 'CrashLoopBackOff' } } }

  it.each([
    { name: 'that is not spent', container: { restartCount: 2 }, isReady: true, phase: 'ready' },
    { name: 'that is spent', container: { restartCount: 3 }, isReady: true, phase: 'failed' },
    {
      name: 'that would be spent by the next restart',
      container: { restartCount: 2, ...crashed },
      isReady: false,
      phase: 'failed',
    },
    {
      name: 'that a crash loop is within',
      container: { restartCount: 1, ...backingOff },
      isReady: false,
      phase: 'progressing',
    },
  ])('$name makes it $phase', ({ container, isReady, phase }) => {
    const state = stateWith([pod({ container, isReady })], {}, { maxRestarts: 2 })
    expect(state.phase).toBe(phase)
    expect(state.troubles.map(({ reason }) => reason)).toEqual(
      phase === 'failed' ? ['TooManyRestarts'] : [],
    )
  })
})
