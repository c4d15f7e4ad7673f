import { describe, expect, it } from '@jest/globals'
import { buildFailure } from '../src/build-failure.ts'
import type { BuildRequest } from '../src/build-request.ts'

const request = {
  inputs: { engine: 'buildx', context: { kind: 'folder', path: 'app' } },
  context: '/w/app',
  dockerfile: '/w/app/Dockerfile',
} as BuildRequest

const said = `#5 ERROR: process "/bin/false" did not complete successfully: exit code: 1
------
Dockerfile:12
--------------------
  11 |     COPY . .
  12 | >>> RUN /bin/false
--------------------
ERROR: failed to solve: process "/bin/false" did not complete successfully: exit code: 1
`

describe('buildFailure', () => {
  it('points at the instruction that failed', () => {
    const error = buildFailure(request, said)
    expect(error.place).toEqual({ file: 'app/Dockerfile', line: 12 })
    expect(error.message).toContain('Build of "app/Dockerfile" failed')
    expect(error.message).toContain('exit code: 1')
  })

  it('does without a place when the builder names none', () => {
    expect(buildFailure(request, 'ERROR: no builder "x" found\n').place).toBeUndefined()
  })
})
