import { systemHttp } from '@oke-pipeline/core'
import type { RegistryPorts } from '../src/index.ts'

/** Ports whose HTTP is real and whose waiting is not, with what went through them. */
export interface CopyPorts extends RegistryPorts {
  readonly lines: string[]
  readonly masked: string[]
  readonly sleptSeconds: number[]
}

/** Makes the ports of one copy. */
export function copyPorts(signal = new AbortController().signal): CopyPorts {
  const [lines, masked, sleptSeconds] = [[], [], []] as [string[], string[], number[]]
  const keep = (line: string): void => void lines.push(line)
  return {
    lines,
    masked,
    sleptSeconds,
    signal,
    http: systemHttp('test', signal),
    random: () => 0,
    mask: (secret) => void masked.push(secret),
    log: { info: keep, debug: keep, warning: keep, group: (_title, work) => work() },
    clock: {
      now: () => new Date(),
      async sleep(seconds, stop) {
        sleptSeconds.push(seconds)
        await Promise.resolve()
        stop?.throwIfAborted()
      },
    },
  }
}
