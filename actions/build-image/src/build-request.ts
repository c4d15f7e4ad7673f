import type { Ports } from '@oke-pipeline/core'
import type { Inputs } from './declaration.ts'

/** What is asked of a build engine; all paths are absolute. */
export interface BuildRequest {
  readonly inputs: Inputs
  readonly context: string
  readonly dockerfile: string
  readonly layout: string
}

/** The ports of a build, and the state that outlives it. */
export interface BuildPorts extends Ports {
  saveState(name: string, value: string): void
}
