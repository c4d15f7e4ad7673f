import type { BuildStep, BuildWarning } from '../build-record.ts'

/** What was learnt from the progress of a build. */
export interface Progress {
  readonly steps: readonly BuildStep[]
  readonly warnings: readonly BuildWarning[]
  /** What the engine said beside its progress: errors, mostly. */
  readonly said: string
  /** The last lines of the step that failed. */
  readonly failedOutput: readonly string[]
}

/** Takes the lines that an engine prints, and shows what they mean. */
export interface ProgressReader {
  onLine(line: string): void
  end(): Progress
}
