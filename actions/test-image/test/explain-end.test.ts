import { describe, expect, it } from '@jest/globals'
import { explainEnd } from '../src/runtime/explain-end.ts'
import type { ContainerEnd } from '../src/runtime/inspect-container.ts'

const ran: ContainerEnd = { exitCode: 3, isOutOfMemory: false, hasRun: true }

describe('explainEnd', () => {
  it.each([
    { end: ran, says: 'It ended with exit status 3.' },
    { end: { ...ran, exitCode: 0 }, says: 'It ended with exit status 0.' },
    { end: { ...ran, exitCode: 127 }, says: 'It ended with exit status 127.' },
    { end: { ...ran, exitCode: 137 }, says: 'It was killed (exit status 137, SIGKILL).' },
    {
      end: { ...ran, exitCode: 137, isOutOfMemory: true },
      says: 'It was killed because it used more memory than it may.',
    },
    {
      end: { ...ran, exitCode: 127, hasRun: false },
      says: 'Its program is not in the image (podman ended with status 127).',
    },
    {
      end: { ...ran, exitCode: 126, hasRun: false },
      says: 'Its program cannot be executed (podman ended with status 126).',
    },
    {
      end: { ...ran, exitCode: 125, hasRun: false },
      says: 'podman could not start it (exit status 125).',
    },
    {
      end: { ...ran, exitCode: 125, hasRun: false },
      stderr: 'one\nError: no space\n',
      says: 'podman could not start it (exit status 125): Error: no space.',
    },
  ])('$says', ({ end, says, stderr }) => {
    expect(explainEnd(end, { name: 'podman' }, stderr)).toBe(says)
  })
})
