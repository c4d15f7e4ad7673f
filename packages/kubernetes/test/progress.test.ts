import { describe, expect, it } from '@jest/globals'
import type { Clock } from '@oke-pipeline/core'
import { recordingLog } from '@oke-pipeline/testing'
import type { ClusterEvent } from '../src/readiness/cluster-event.ts'
import { Progress, progressLine } from '../src/readiness/progress.ts'
import { pod, serverTime, stateWith } from './observed.ts'

const creating = pod({
  isReady: false,
  container: { state: { waiting: { reason: 'ContainerCreating' } } },
})

function event(reason: string): ClusterEvent {
  return {
    isWarning: false,
    objectUid: 'pod-1',
    objectKind: 'Pod',
    objectName: 'hello-1',
    reason,
    message: '',
    count: 1,
    lastSeen: serverTime,
  }
}

describe('progressLine', () => {
  it.each([
    {
      name: 'a pod that is made',
      pods: [creating],
      events: [],
      is: '0 of 1 pods ready, 1 being made',
    },
    {
      name: 'a pod that pulls',
      pods: [creating],
      events: [event('Pulling')],
      is: '0 of 1 pods ready, 1 pulling its image',
    },
    {
      name: 'a pod that has pulled',
      pods: [creating],
      events: [event('Pulling'), event('Pulled')],
      is: '0 of 1 pods ready, 1 being made',
    },
    {
      name: 'a pod that runs',
      pods: [pod({ isReady: false })],
      events: [],
      is: '0 of 1 pods ready, 1 not ready yet',
    },
    {
      name: 'a pod in a crash loop',
      pods: [
        pod({ isReady: false, container: { state: { waiting: { reason: 'CrashLoopBackOff' } } } }),
      ],
      events: [],
      is: '0 of 1 pods ready, 1 in CrashLoopBackOff',
    },
    { name: 'no pod', pods: [], events: [], is: '0 of 1 pods ready, 0 of 1 pods are there' },
    { name: 'a pod that is ready', pods: [pod()], events: [], is: 'ready' },
  ])('tells of $name', ({ pods, events, is }) => {
    expect(progressLine(stateWith(pods), events)).toBe(`Deployment/hello: ${is}`)
  })
})

describe('Progress', () => {
  it('tells what changes, not more often than every few seconds, and what stands still', () => {
    let seconds = 0
    const clock: Clock = {
      now: () => new Date(seconds * 1000),
      sleep: () => Promise.resolve(),
    }
    const lines: string[] = []
    const progress = new Progress({ log: recordingLog(lines), clock })
    const tellAt = (when: number, pods: Parameters<typeof stateWith>[0]): number => {
      seconds = when
      progress.tell([stateWith(pods)], [])
      return lines.length
    }
    expect(tellAt(0, [creating])).toBe(1)
    expect(tellAt(1, [pod({ isReady: false })])).toBe(1)
    expect(tellAt(4, [pod({ isReady: false })])).toBe(2)
    expect(tellAt(20, [pod({ isReady: false })])).toBe(2)
    expect(tellAt(70, [pod({ isReady: false })])).toBe(3)
    expect(tellAt(80, [pod()])).toBe(4)
    expect(tellAt(200, [pod()])).toBe(4)
  })

  it('says nothing of what was ready from the beginning', () => {
    const lines: string[] = []
    const clock: Clock = { now: () => serverTime, sleep: () => Promise.resolve() }
    new Progress({ log: recordingLog(lines), clock }).tell([stateWith([pod()])], [])
    expect(lines).toEqual([])
  })

  it('ends with a table', () => {
    const lines: string[] = []
    const clock: Clock = { now: () => serverTime, sleep: () => Promise.resolve() }
    const service = { ...stateWith([]), wantedPods: 0, message: 'has no endpoint yet' }
    const states = [
      stateWith([pod()]),
      { ...service, reference: { ...service.reference, name: 'x' } },
    ]
    new Progress({ log: recordingLog(lines), clock }).tellEnd(states)
    expect(lines).toEqual([
      'Deployment/hello  1 of 1  ready',
      'Deployment/x      -       progressing: has no endpoint yet',
    ])
  })

  it('gives no line to what others say', () => {
    const lines: string[] = []
    const clock: Clock = { now: () => serverTime, sleep: () => Promise.resolve() }
    const state = { ...stateWith([]), wantedPods: 0, message: 'no\n::stop-commands::x' }
    const progress = new Progress({ log: recordingLog(lines), clock })
    progress.tell([state], [])
    progress.tellEnd([state])
    expect(lines.join('').split('\n')).toHaveLength(1)
    expect(lines).toHaveLength(2)
  })
})
