import { describe, expect, it } from '@jest/globals'
import { ServiceError, retry } from '@oke-pipeline/core'
import type { RetryPorts } from '@oke-pipeline/core'

function failure(details: { isRetryable: boolean; retryAfterSeconds?: number }): ServiceError {
  return new ServiceError({ service: 'it', title: 'It failed', explanation: 'Why.', ...details })
}

function fakePorts(): RetryPorts & { readonly slept: number[] } {
  const slept: number[] = []
  let now = 0
  return {
    slept,
    random: () => 0.5,
    signal: new AbortController().signal,
    log: {
      info: () => undefined,
      debug: () => undefined,
      warning: () => undefined,
      group: (_title, work) => work(),
    },
    clock: {
      now: () => new Date(now),
      sleep(seconds) {
        slept.push(seconds)
        now += seconds * 1000
        return Promise.resolve()
      },
    },
  }
}

function failing(times: number, error: Error): () => Promise<string> {
  let calls = 0
  return () => {
    calls += 1
    return calls <= times ? Promise.reject(error) : Promise.resolve('done')
  }
}

describe('retry', () => {
  it('waits longer from attempt to attempt', async () => {
    const ports = fakePorts()
    await expect(retry(failing(3, failure({ isRetryable: true })), ports)).resolves.toBe('done')
    expect(ports.slept).toEqual([0.75, 1.5, 3])
  })

  it('waits no longer than the policy lets it', async () => {
    const ports = fakePorts()
    const policy = {
      attempts: 5,
      deadlineSeconds: 60,
      firstDelaySeconds: 1,
      longestDelaySeconds: 2,
    }
    const call = failing(4, failure({ isRetryable: true }))
    await expect(retry(call, ports, policy)).resolves.toBe('done')
    expect(ports.slept).toEqual([0.75, 1.5, 1.5, 1.5])
  })

  it('gives the last error once the attempts are used up', async () => {
    const ports = fakePorts()
    await expect(retry(failing(9, failure({ isRetryable: true })), ports)).rejects.toThrow('Why')
    expect(ports.slept).toHaveLength(3)
  })

  it('waits as long as the service asks for, within the deadline', async () => {
    const ports = fakePorts()
    const error = failure({ isRetryable: true, retryAfterSeconds: 40 })
    await expect(retry(failing(9, error), ports)).rejects.toThrow('Why')
    expect(ports.slept).toEqual([40])
  })

  it.each([failure({ isRetryable: false }), new Error('a bug')])(
    'does not repeat what cannot succeed: %s',
    async (error) => {
      const ports = fakePorts()
      await expect(retry(failing(1, error), ports)).rejects.toBe(error)
      expect(ports.slept).toEqual([])
    },
  )
})
