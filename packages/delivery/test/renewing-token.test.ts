import { describe, expect, it } from '@jest/globals'
import { renewingToken } from '../src/cluster-access/renewing-token.ts'
import type { RenewingToken } from '../src/cluster-access/renewing-token.ts'

interface Made {
  readonly tokens: RenewingToken
  readonly pass: (seconds: number) => void
  /** What making a token fails with from now on. */
  readonly failWith: (message: string) => void
}

/** Tokens that are numbered, better renewed after four minutes and good for five. */
function numbered(): Made {
  let time = 0
  let count = 0
  let failure = ''
  const at = (seconds: number): Date => new Date((time + seconds) * 1000)
  const clock = { now: () => at(0), sleep: () => Promise.resolve() }
  const make = (): ReturnType<Parameters<typeof renewingToken>[0]> => {
    if (failure !== '') return Promise.reject(new Error(failure))
    count += 1
    return Promise.resolve({
      token: `token-${count.toFixed(0)}`,
      renewAt: at(240),
      expiresAt: at(300),
    })
  }
  return {
    tokens: renewingToken(make, clock),
    pass: (seconds) => void (time += seconds),
    failWith: (message) => void (failure = message),
  }
}

describe('renewingToken', () => {
  it('makes one token for requests side by side, and another when its time has come', async () => {
    const { tokens, pass } = numbered()
    expect(await Promise.all([tokens.current(), tokens.current()])).toEqual(['token-1', 'token-1'])
    pass(239)
    expect(await tokens.current()).toBe('token-1')
    pass(1)
    expect(await Promise.all([tokens.current(), tokens.current()])).toEqual(['token-2', 'token-2'])
  })

  it('makes another one for one that was refused, once', async () => {
    const { tokens } = numbered()
    const first = await tokens.current()
    expect([tokens.discard(first), tokens.discard(first)]).toEqual([true, false])
    expect(await tokens.current()).toBe('token-2')
    expect(tokens.discard(first)).toBe(false)
    expect(await tokens.current()).toBe('token-2')
  })

  it('uses the last minute of a token where no other can be had, and not more', async () => {
    const { tokens, pass, failWith } = numbered()
    await tokens.current()
    failWith('The job was cancelled')
    pass(299)
    expect(await tokens.current()).toBe('token-1')
    pass(1)
    await expect(tokens.current()).rejects.toThrow('The job was cancelled')
  })

  it('tries again after it has failed', async () => {
    const { tokens, failWith } = numbered()
    failWith('GitHub is down')
    await expect(tokens.current()).rejects.toThrow('GitHub is down')
    failWith('')
    expect(await tokens.current()).toBe('token-1')
  })
})
