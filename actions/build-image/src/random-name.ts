import type { Ports } from '@oke-pipeline/core'

/** A name that nothing else on the machine has. */
export function randomName({ random }: Pick<Ports, 'random'>): string {
  return `oke-pipeline-${Math.floor(random() * 0xffffffffffff).toString(16)}`
}
