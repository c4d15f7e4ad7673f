import { UnacceptableValue } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'

const secondsIn = { h: 3600, d: 86_400 } as const

/** A time in hours or days, such as `12h` or `90d`; its value is in seconds. */
export function periodKind(): Kind<number> {
  return {
    type: 'Duration',
    expects: 'hours or days such as 12h or 90d, at least 1h',
    parse(value) {
      const [, count, unit] = /^([1-9]\d{0,4})([hd])$/.exec(value) ?? []
      if (unit !== 'h' && unit !== 'd') throw new UnacceptableValue('')
      return Number(count) * secondsIn[unit]
    },
  }
}
