import { join } from 'node:path'
import { formsOf, systemClock, systemExec, systemFiles, systemHttp } from '@oke-pipeline/core'
import type { Annotation, FoldingLog, Ports, Runner } from '@oke-pipeline/core'

/** A runner whose ports are real, and that keeps what an action reports instead of printing it. */
export interface RecordingRunner extends Runner {
  readonly outputs: Record<string, string>
  readonly states: Record<string, string>
  readonly variables: Record<string, string>
  readonly masked: string[]
  readonly logged: string[]
  readonly annotations: Annotation[]
  readonly summary: string[]
}

/** What a test decides about the run. */
export interface RunOptions {
  /** An existing folder; `workspace` and `temp` are made below it. */
  readonly folder: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly state?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly ports?: Partial<Pick<Runner, keyof Ports>>
}

/** Makes a runner for calling an action's `main`, `run` or `post` in the process of the test. */
export function recordingRunner(options: RunOptions): RecordingRunner {
  const { folder, inputs = {}, environment = process.env, state = {} } = options
  const signal = options.signal ?? new AbortController().signal
  const logged: string[] = []
  const recorder = {
    outputs: {} as Record<string, string>,
    states: {} as Record<string, string>,
    variables: {} as Record<string, string>,
    masked: [] as string[],
    annotations: [] as Annotation[],
    summary: [] as string[],
  }
  return {
    ...recorder,
    logged,
    environment,
    signal,
    log: recordingLog(logged),
    exec: systemExec(environment, signal),
    http: systemHttp('test', signal),
    clock: systemClock,
    random: Math.random,
    files: systemFiles({
      workspace: join(folder, 'workspace'),
      temp: join(folder, 'temp'),
      own: join(folder, 'temp', 'own'),
    }),
    run: {
      repository: 'acme/hello',
      sha: '0'.repeat(40),
      ref: 'refs/heads/main',
      actor: 'tester',
      runUrl: undefined,
      serverUrl: 'https://github.com',
      runId: undefined,
      runNumber: undefined,
      runAttempt: undefined,
      eventName: 'push',
      eventPath: undefined,
      workflowRef: undefined,
      workflowSha: undefined,
      job: undefined,
      headRef: undefined,
      baseRef: undefined,
      runnerEnvironment: undefined,
    },
    ...options.ports,
    input: (name) => inputs[name],
    mask: (secret) => void recorder.masked.push(...formsOf(secret)),
    setOutputs: (outputs) => void Object.assign(recorder.outputs, outputs),
    exportVariable: (name, value) => void Object.assign(recorder.variables, { [name]: value }),
    saveState: (name, value) => void Object.assign(recorder.states, { [name]: value }),
    state: (name) => state[name] ?? recorder.states[name],
    annotate: (annotations) => void recorder.annotations.push(...annotations),
    writeSummary(markdown) {
      recorder.summary.push(markdown)
      return Promise.resolve()
    },
  }
}

/** A log that keeps every line. */
export function recordingLog(lines: string[]): FoldingLog {
  const keep = (text: string): void => void lines.push(text)
  return {
    info: keep,
    debug: keep,
    warning: keep,
    group(title, work) {
      keep(title)
      return work()
    },
    section(title) {
      keep(title)
      return () => undefined
    },
  }
}
