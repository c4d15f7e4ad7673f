import type { Annotation, Assignment, FoldingLog, Ports, RunContext } from '@oke-pipeline/core'
import type { Inputs } from './declaration.ts'

/** What is asked of a build engine; all paths are absolute. */
export interface BuildRequest {
  readonly inputs: Inputs
  /** The folder or the URL of the build context. */
  readonly context: string
  /** Absolute; with a Git context, relative to it. */
  readonly dockerfile: string
  /** Where the engine writes the layout: beside the place that it is handed over at. */
  readonly layout: string
  /** The labels and annotations that the image gets: those of the inputs, and those of the repository. */
  readonly labels: readonly Assignment[]
  readonly annotations: readonly Assignment[]
  readonly secrets: readonly SecretFile[]
  /** SOURCE_DATE_EPOCH, for a reproducible build. */
  readonly epoch: number | undefined
}

/** A secret of a build, in a file. */
export interface SecretFile {
  readonly id: string
  readonly path: string
}

/** The ports of a build, and what it has to know and say beside them. */
export interface BuildPorts extends Ports {
  readonly log: FoldingLog
  readonly run: RunContext
  readonly environment: Readonly<Record<string, string | undefined>>
  /** State that outlives the step. */
  saveState(name: string, value: string): void
  annotate(annotations: readonly Annotation[]): void
}
