import { describe, expect, it } from '@jest/globals'
import { ConfigurationError, describeFailure, shownAnnotations } from '@oke-pipeline/core'

describe('describeFailure', () => {
  it('points a user at the place and what to change, without a stack', () => {
    const failure = describeFailure(
      'deploy-oke',
      new ConfigurationError({
        title: 'Manifest "app.yml" is not valid YAML',
        explanation: 'Unexpected <tag>.',
        remedy: 'Correct line 3.',
        place: { file: 'app.yml', line: 3 },
        cause: new Error('inner'),
      }),
    )
    expect(failure.annotation).toEqual({
      level: 'error',
      title: 'deploy-oke: Manifest "app.yml" is not valid YAML',
      message: 'Unexpected <tag>. Correct line 3.',
      place: { file: 'app.yml', line: 3 },
    })
    expect(failure.causes).toEqual(['inner'])
    expect(failure.stack).toBeUndefined()
    expect(failure.summary).toContain('Unexpected &lt;tag&gt;')
  })

  it('explains a full disk as a matter of the runner', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
    })
    const failure = describeFailure('build-image', full)
    expect(failure.annotation.message).toContain('no space left on the disk of this runner')
    expect(failure.stack).toBeUndefined()
  })

  it('asks to report what nobody expected, and keeps the stack for debugging', () => {
    const failure = describeFailure('promote', new TypeError('x is undefined'))
    expect(failure.annotation.message).toContain('please report it')
    expect(failure.stack).toContain('TypeError')
  })
})

describe('shownAnnotations', () => {
  const annotation = { level: 'error', title: 't', message: 'm' } as const

  it('keeps ten, since GitHub shows ten', () => {
    expect(shownAnnotations(Array.from({ length: 10 }, () => annotation))).toHaveLength(10)
  })

  it('counts what GitHub would drop', () => {
    const shown = shownAnnotations(Array.from({ length: 25 }, () => annotation))
    expect(shown).toHaveLength(10)
    expect(shown.at(-1)?.title).toBe('16 more')
  })
})
