import { secondsSince } from '@oke-pipeline/core'
import type { Clock, FoldingLog } from '@oke-pipeline/core'
import type { BuildStep } from '../build-record.ts'
import { lineBuffer } from './line-buffer.ts'
import type { Progress, ProgressReader } from './progress.ts'
import { stepLog } from './step-log.ts'

const lastLinesKept = 20
const completion = 'Completion'

interface OpenStep {
  readonly name: string
  readonly stage: string
  readonly step: string
  readonly startedAt: Date
  isCached: boolean
}

/** Reads what `buildah build` prints: `[1/2] STEP 2/3: RUN make`, output, `--> Using cache …`. */
export function buildahProgress(ports: {
  readonly log: FoldingLog
  readonly clock: Clock
}): ProgressReader {
  const { clock } = ports
  const log = stepLog(ports.log, clock)
  const steps: BuildStep[] = []
  const said: string[] = []
  let open: OpenStep | undefined
  let lastLines: readonly string[] = []

  function close(error?: string): void {
    if (open === undefined) return
    const { name, stage, step, startedAt, isCached } = open
    steps.push({ name, stage, step, seconds: secondsSince(startedAt, clock), isCached, error })
    open = undefined
  }

  function start(name: string, match: RegExpExecArray): void {
    const before = open?.stage
    close()
    const [, stage = '1/1', position = '', instruction = ''] = match
    const step = `[${position}] ${instruction}`
    open = { name, stage: `Stage ${stage}`, step, startedAt: clock.now(), isCached: false }
    lastLines = []
    log.show(open.stage, step)
    if (before !== undefined && before !== open.stage) log.stageIsQuiet(before)
  }

  function read(line: string): void {
    const match = /^(?:\[[a-z]\S*\] )?(?:\[(\d+\/\d+)\] )?STEP (\d+\/\d+): (.*)$/.exec(line)
    if (match !== null) {
      start(line, match)
      return
    }
    if (open !== undefined && line.startsWith('--> Using cache')) open.isCached = true
    if (/^(?:\[\S+\] )*COMMIT\b/.test(line)) close()
    if (/^(?:Error|error|time=)/.test(line)) said.push(line)
    lastLines = [...lastLines, line].slice(-lastLinesKept)
    log.show(open?.stage ?? completion, `  ${line}`)
  }

  function end(): Progress {
    const failed = said.find((line) => line.startsWith('Error'))
    close(failed)
    log.end()
    return { steps, warnings: [], said: said.join('\n'), failedOutput: lastLines }
  }

  const buffer = lineBuffer(read)
  return { onLine: (line) => buffer.write(`${line}\n`), end }
}
