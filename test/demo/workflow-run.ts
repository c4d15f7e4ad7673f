/** A remark of a step, as GitHub would show it. */
export interface Remark {
  readonly level: string
  readonly title: string
  readonly message: string
}

/** One step of a job, as the runner reported it. */
export interface StepRun {
  /** The step's `id`, or a number where it has none. */
  readonly id: string
  readonly name: string
  readonly job: string
  readonly stage: string
  readonly result: 'success' | 'failure' | 'skipped' | 'unfinished'
  readonly seconds: number
  readonly outputs: Readonly<Record<string, string>>
  readonly remarks: readonly Remark[]
  /** The Markdown that the step added to the job summary. */
  readonly summary: string
  readonly log: readonly string[]
}

/** What the runner reported of a whole run. */
export interface WorkflowRun {
  readonly steps: readonly StepRun[]
  readonly jobs: Readonly<Record<string, string>>
}

/** A line of the log that `act --json` writes; only what is read here. */
export interface LogLine {
  readonly job?: string
  readonly step?: string
  readonly stepID?: readonly string[]
  readonly stage?: string
  readonly msg?: string
  readonly raw_output?: boolean
  readonly command?: string
  readonly name?: string
  readonly arg?: string
  readonly content?: string
  readonly kvPairs?: Readonly<Record<string, string>>
  readonly stepResult?: string
  readonly jobResult?: string
  readonly executionTime?: number
}

/** Reads one line of the runner's log; lines that are not JSON are the runner's own warnings. */
export function parseLogLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined
  return JSON.parse(text) as LogLine
}

/** Puts the lines of a log together to what happened in the run. */
export function workflowRunOf(lines: readonly LogLine[]): WorkflowRun {
  const steps = new Map<string, StepRun>()
  const jobs: Record<string, string> = {}
  for (const line of lines) {
    if (line.job === undefined) continue
    if (line.jobResult !== undefined) jobs[line.job] = line.jobResult
    if (line.step === undefined || line.stage === undefined) continue
    const key = `${line.job}\n${line.step}\n${line.stage}`
    steps.set(key, withLine(steps.get(key) ?? unfinished(line), line))
  }
  return { steps: [...steps.values()], jobs }
}

function unfinished({ job = '', step = '', stepID = [], stage = '' }: LogLine): StepRun {
  const nothing = { outputs: {}, remarks: [], summary: '', log: [] }
  const id = stepID.at(-1) ?? ''
  return { id, name: step, job, stage, result: 'unfinished', seconds: 0, ...nothing }
}

const remarkCommands = ['error', 'warning', 'notice']
const nanosecondsPerSecond = 1e9

function withLine(step: StepRun, line: LogLine): StepRun {
  if (line.stepResult !== undefined) {
    const seconds = (line.executionTime ?? 0) / nanosecondsPerSecond
    return { ...step, seconds, result: resultOf(line.stepResult) }
  }
  if (line.command === 'set-output' && line.name !== undefined) {
    return { ...step, outputs: { ...step.outputs, [line.name]: line.arg ?? '' } }
  }
  if (line.command === 'summary') return { ...step, summary: line.content ?? '' }
  if (line.command !== undefined && remarkCommands.includes(line.command)) {
    return { ...step, remarks: [...step.remarks, remarkOf(line, line.command)] }
  }
  if (line.raw_output !== true) return step
  return { ...step, log: [...step.log, (line.msg ?? '').trimEnd()] }
}

function resultOf(result: string): StepRun['result'] {
  return result === 'success' || result === 'failure' || result === 'skipped'
    ? result
    : 'unfinished'
}

function remarkOf(line: LogLine, level: string): Remark {
  return { level, title: line.kvPairs?.title ?? '', message: line.arg ?? '' }
}
