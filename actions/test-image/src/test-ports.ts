import type { Ports } from '@oke-pipeline/core'

/** What a test needs of the world. */
export interface TestPorts extends Ports {
  /** The processor of this runner, as Node.js calls it. */
  readonly architecture: string
  saveState(name: string, value: string): void
}
