import { describe, expect, it } from '@jest/globals'
import { recordingRunner } from '@oke-pipeline/testing'
import { lockHolder } from '../src/lock-holder.ts'

const { run } = recordingRunner({ folder: 'unused' })

describe('the name under which a step holds the lock', () => {
  it('tells which run, attempt and job it is', () => {
    const context = { ...run, runId: '123', runAttempt: '2', job: 'deploy' }
    expect(lockHolder({ run: context, random: () => 0.5 })).toBe(
      'acme/hello run 123 attempt 2 job deploy step 800000000000',
    )
  })

  it('leaves out what is not known', () => {
    expect(lockHolder({ run, random: () => 0 })).toBe('acme/hello step 000000000000')
  })

  it('is another one for every step', () => {
    expect(lockHolder({ run, random: Math.random })).not.toBe(
      lockHolder({ run, random: Math.random }),
    )
  })
})
