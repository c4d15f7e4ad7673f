import type { InputSource } from './input/read-inputs.ts'
import type { Clock } from './ports/clock.ts'
import type { Exec } from './ports/exec.ts'
import type { Files } from './ports/files.ts'
import type { Http } from './ports/http.ts'
import type { FoldingLog, Log } from './ports/log.ts'
import type { Annotation } from './report/annotations.ts'

/** What every action gets of the world outside. */
export interface Ports {
  readonly log: Log
  readonly exec: Exec
  readonly http: Http
  readonly clock: Clock
  readonly files: Files
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
  /** A number in [0, 1). */
  readonly random: () => number
}

/** The run that a step belongs to. */
export interface RunContext {
  /** `owner/name`. */
  readonly repository: string | undefined
  readonly sha: string | undefined
  readonly ref: string | undefined
  readonly actor: string | undefined
  readonly runUrl: string | undefined
  /** `https://github.com`. */
  readonly serverUrl: string | undefined
  readonly runId: string | undefined
  /** Counts the runs of one workflow. */
  readonly runNumber: string | undefined
  /** `1` at first, one more with each re-run. */
  readonly runAttempt: string | undefined
  /** What started the run: `push`, `pull_request`, `schedule`… */
  readonly eventName: string | undefined
  /** Path of the JSON file that holds the event. */
  readonly eventPath: string | undefined
  /** `owner/name/.github/workflows/file.yml@refs/heads/main`. */
  readonly workflowRef: string | undefined
  readonly workflowSha: string | undefined
  readonly job: string | undefined
  /** The branches of a pull request. */
  readonly headRef: string | undefined
  readonly baseRef: string | undefined
  /** `github-hosted` or `self-hosted`. */
  readonly runnerEnvironment: string | undefined
}

/** The workflow runner as an action sees it: inputs, ports, and the ways to report. */
export interface Runner extends InputSource, Ports {
  readonly log: FoldingLog
  readonly run: RunContext
  /** Environment variables of the step, for settings that tools share. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Sets every output of the action, once. */
  setOutputs(outputs: Readonly<Record<string, string>>): void
  /** Sets an environment variable for the steps of the job that follow. */
  exportVariable(name: string, value: string): void
  /** Keeps a value for the `post` step; the last one saved under a name counts. */
  saveState(name: string, value: string): void
  /** A value that the main step saved. */
  state(name: string): string | undefined
  annotate(annotations: readonly Annotation[]): void
  /** Adds to the job summary; cut where it would exceed GitHub's limit. */
  writeSummary(markdown: string): Promise<void>
}
