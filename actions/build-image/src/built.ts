import type { Layout } from '@oke-pipeline/image'
import type { BuildRecord } from './build-record.ts'
import type { BuildRequest } from './build-request.ts'
import type { Choice } from './engines/choose-engine.ts'

/** A build that is done: its request, what the engine told, and the layout that it left. */
export interface Built {
  readonly request: BuildRequest
  readonly record: BuildRecord
  /** The engine, and why it was this one. */
  readonly choice: Choice
  readonly layout: Layout
}
