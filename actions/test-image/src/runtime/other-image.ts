import { GateError } from '@oke-pipeline/core'

/** The error for a runtime that has, or runs, another image than the layout. */
export function otherImage(
  service: string,
  expected: readonly string[],
  found: readonly string[],
): GateError {
  return new GateError({
    title: `${service} would not run the image that was built`,
    explanation: `The layout holds ${expected.join(' or ')}, and ${service} has ${found.join(', ') || 'nothing'}.`,
    remedy: `No test counts. Check that nothing else changes the layout or the storage of ${service}.`,
  })
}
