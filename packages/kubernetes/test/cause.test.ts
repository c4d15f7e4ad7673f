import { describe, expect, it } from '@jest/globals'
import { causeOf } from '../src/diagnosis/cause.ts'
import type { Findings } from '../src/diagnosis/cause.ts'
import type { ClusterEvent } from '../src/readiness/cluster-event.ts'
import { containerStatusesOf } from '../src/readiness/pod.ts'
import { pod, serverTime, stateWith, wantedImage } from './observed.ts'

function causeWith(
  podObject: ReturnType<typeof pod>,
  more: Partial<Pick<Findings, 'events' | 'lastLogLine'>> = {},
): string {
  const state = stateWith([podObject], { events: more.events ?? [] })
  const [first] = state.pods
  const status = first === undefined ? undefined : containerStatusesOf(first)[0]
  const suspect = first === undefined || status === undefined ? undefined : { pod: first, status }
  return causeOf({ state, suspect, events: [], lastLogLine: undefined, ...more })
}

const warning: ClusterEvent = {
  isWarning: true,
  objectUid: 'pod-1',
  objectKind: 'Pod',
  objectName: 'hello-1',
  reason: 'Unhealthy',
  message: 'Readiness probe failed: HTTP probe failed with statuscode: 500',
  count: 1,
  lastSeen: serverTime,
}

function waiting(reason: string, message: string): ReturnType<typeof pod> {
  const lastState = { terminated: { exitCode: 3, reason: 'Error' } }
  const state = { waiting: { reason, message } }
  return pod({ isReady: false, container: { ready: false, restartCount: 1, state, lastState } })
}

const long = `failed to pull "h/a@sha256:${'a'.repeat(64)}": h/a@sha256:${'a'.repeat(64)}: not found`

describe('the cause of a failure in one line', () => {
  const cases = [
    {
      name: 'of a crash is what the container said last',
      cause: causeWith(waiting('CrashLoopBackOff', 'back-off 10s restarting'), {
        lastLogLine: 'boom',
      }),
      says: 'Deployment/hello: Pod hello-1: container "web" exited with 3 (CrashLoopBackOff): boom',
    },
    {
      name: 'of a silent crash',
      cause: causeWith(waiting('CrashLoopBackOff', 'back-off'), { lastLogLine: '' }),
      says: 'Deployment/hello: Pod hello-1: container "web" exited with 3 (CrashLoopBackOff)',
    },
    {
      name: 'of a pull names the image once, and says in our words what the registry said',
      cause: causeWith(waiting('ErrImagePull', long)),
      says: `Deployment/hello: Pod hello-1: container "web" cannot pull ${wantedImage.image} (ErrImagePull): the registry has no such image`,
    },
    {
      name: 'of a pod that is not ready is the last warning',
      cause: causeWith(pod({ isReady: false, container: { ready: false } }), { events: [warning] }),
      says: `Deployment/hello: Pod hello-1: container "web" is not ready: ${warning.message}`,
    },
    {
      name: 'is one line, and not endless',
      cause: causeWith(waiting('CreateContainerError', `a\n\n b${'c'.repeat(1000)}`)),
      says: /^[^\n]{300,520}…$/,
    },
  ]
  it.each(cases)('$name', ({ cause, says }) => {
    if (typeof says === 'string') expect(cause).toBe(says)
    else expect(cause).toMatch(says)
  })
})

describe('causeOf a container that was killed', () => {
  const killed = (exitCode: number, reason: string): ReturnType<typeof pod> => ({
    ...pod({
      isReady: false,
      container: {
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode, reason } },
      },
    }),
  })

  it('names the probe that killed it', () => {
    const events = [{ ...warning, message: 'Liveness probe failed: no pulse' }]
    expect(causeWith(killed(137, 'Error'), { events, lastLogLine: 'bye' })).toContain(
      'exited with 137 (CrashLoopBackOff): Liveness probe failed: no pulse',
    )
  })

  it('says what it said, where no probe did', () => {
    const events = [{ ...warning, message: 'Liveness probe failed: no pulse' }]
    expect(causeWith(killed(1, 'Error'), { events, lastLogLine: 'bye' })).toContain(': bye')
  })

  it('says that it had too little memory', () => {
    expect(causeWith(killed(137, 'OOMKilled'))).toContain(
      'was killed because it used more memory than its limit (OOMKilled)',
    )
  })
})
