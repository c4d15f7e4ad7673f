import { describe, expect, it } from '@jest/globals'
import type { Clock } from '@oke-pipeline/core'
import { LeaseWatch } from '../src/lock/lease-watch.ts'
import { freedLease, holderOf, renewedLease, takenLease } from '../src/lock/lease.ts'
import type { KubernetesObject } from '../src/object.ts'

const locked = { namespace: 'dev', release: 'hello' }
const now = new Date('2026-01-02T03:04:05.678Z')

function stored(lease: KubernetesObject, resourceVersion: string): KubernetesObject {
  return { ...lease, metadata: { ...lease.metadata, resourceVersion } }
}

function clockAt(): Clock & { pass(seconds: number): void } {
  let milliseconds = 0
  return {
    now: () => new Date(milliseconds),
    sleep: () => Promise.reject(new Error('Nobody waits here.')),
    pass: (seconds) => void (milliseconds += seconds * 1000),
  }
}

describe('a Lease', () => {
  it('is taken, renewed, freed and taken again by the next', () => {
    const first = takenLease(locked, undefined, { holder: 'one', now })
    expect(first).toMatchObject({
      metadata: { name: 'oke-pipeline.hello', namespace: 'dev' },
      spec: {
        holderIdentity: 'one',
        leaseDurationSeconds: 20,
        acquireTime: '2026-01-02T03:04:05.678000Z',
        leaseTransitions: 0,
      },
    })
    expect(first.metadata).not.toHaveProperty('resourceVersion')
    const renewed = renewedLease(stored(first, '7'), new Date('2026-01-02T03:04:10.000Z'))
    expect(renewed).toMatchObject({
      metadata: { resourceVersion: '7' },
      spec: { holderIdentity: 'one', renewTime: '2026-01-02T03:04:10.000000Z' },
    })
    const freed = freedLease(stored(renewed, '8'))
    expect(holderOf(freed)).toBeUndefined()
    const second = takenLease(locked, stored(freed, '9'), { holder: 'two', now })
    expect(second).toMatchObject({
      metadata: { resourceVersion: '9' },
      spec: { holderIdentity: 'two', leaseTransitions: 1 },
    })
  })
})

describe('whoever waits for a Lease', () => {
  const held = takenLease(locked, undefined, { holder: 'one', now })

  it('finds it free where there is none, and where nobody holds it', () => {
    const watch = new LeaseWatch(clockAt())
    expect(watch.isFree(undefined)).toBe(true)
    expect(watch.isFree(freedLease(stored(held, '1')))).toBe(true)
  })

  it('takes its holder for dead once it has stood still for its duration', () => {
    const clock = clockAt()
    const watch = new LeaseWatch(clock)
    expect(watch.isFree(stored(held, '1'))).toBe(false)
    clock.pass(19.9)
    expect(watch.isFree(stored(held, '1'))).toBe(false)
    clock.pass(0.1)
    expect(watch.isFree(stored(held, '1'))).toBe(true)
  })

  it('never takes a holder for dead that renews it, whatever the times in it say', () => {
    const clock = clockAt()
    const watch = new LeaseWatch(clock)
    const old = renewedLease(held, new Date('1999-01-01T00:00:00Z'))
    for (let version = 1; version < 20; version += 1) {
      expect(watch.isFree(stored(old, version.toFixed(0)))).toBe(false)
      clock.pass(19)
    }
  })

  it('waits as long as a holder asks for', () => {
    const clock = clockAt()
    const watch = new LeaseWatch(clock)
    const slow = { ...stored(held, '1'), spec: { holderIdentity: 'x', leaseDurationSeconds: 60 } }
    expect(watch.isFree(slow)).toBe(false)
    clock.pass(59)
    expect(watch.isFree(slow)).toBe(false)
    clock.pass(1)
    expect(watch.isFree(slow)).toBe(true)
  })
})
