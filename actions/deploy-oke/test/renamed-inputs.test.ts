import { describe, expect, it } from '@jest/globals'
import { renamedInputs } from '../src/renamed-inputs.ts'

describe('inputs that went by another name', () => {
  it('are not ignored, whatever their value', () => {
    const problems = renamedInputs({
      input: (name) => (name === 'rollback-on-failure' ? 'false' : undefined),
    })
    expect(problems).toEqual([
      {
        input: 'rollback-on-failure',
        got: 'false',
        problem: expect.stringContaining('"on-failure: keep" (false)'),
      },
    ])
  })

  it('are no problem where they are not given', () => {
    expect(renamedInputs({ input: () => '' })).toEqual([])
  })
})
