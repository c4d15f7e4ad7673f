import { GateError } from '@oke-pipeline/core'
import type { Descriptor } from '../descriptor.ts'

/** A layer that no runtime could unpack, or that was made to harm whoever does. */
export function unreadableLayer(
  { digest }: Descriptor,
  explanation: string,
  cause?: unknown,
): GateError {
  return new GateError({
    title: `Layer ${digest} cannot be read`,
    explanation,
    remedy: 'Find the instruction that made this layer, or the base image that brought it.',
    cause,
  })
}
