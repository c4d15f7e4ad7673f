import type { Clock, FoldingLog } from '@oke-pipeline/core'
import { terminalText } from './terminal-text.ts'

/** How long the output of a stage waits while another stage is shown. */
const longestWaitSeconds = 10
/** …and how much of it: memory is not for logs. */
const mostWaitingLines = 2000

/** Shows the output of stages that are built at the same time, folded by stage. */
export interface StepLog {
  show(stage: string, line: string): void
  /** That nothing more is expected of the stage shown: another one may be. */
  stageIsQuiet(stage: string): void
  end(): void
}

interface Waiting {
  readonly lines: string[]
  readonly since: number
}

/**
 * One stage at a time has its section in the log. What others say meanwhile waits until that stage
 * is done, or until it has waited for too long: a section for every other line would be noise.
 */
export function stepLog(log: FoldingLog, clock: Clock): StepLog {
  const waiting = new Map<string, Waiting>()
  let shown: string | undefined
  const quiet = new Set<string>()
  let close = (): void => undefined

  function open(stage: string): void {
    close()
    close = log.section(stage)
    shown = stage
    for (const line of waiting.get(stage)?.lines ?? []) log.info(line)
    waiting.delete(stage)
  }

  function openNext(): void {
    const [next] = waiting.keys()
    if (next !== undefined) open(next)
  }

  function shownIsQuiet(): boolean {
    return shown === undefined || quiet.has(shown)
  }

  function keep(stage: string, line: string): void {
    const held = waiting.get(stage) ?? { lines: [], since: clock.now().getTime() }
    held.lines.push(line)
    waiting.set(stage, held)
  }

  function hasWaitedLong({ lines, since }: Waiting): boolean {
    const seconds = (clock.now().getTime() - since) / 1000
    return seconds > longestWaitSeconds || lines.length > mostWaitingLines
  }

  return {
    show(stage, line) {
      const text = terminalText(line)
      quiet.delete(stage)
      if (stage !== shown && shownIsQuiet()) open(stage)
      if (stage === shown) log.info(text)
      else keep(stage, text)
      const late = [...waiting].find(([, held]) => hasWaitedLong(held))
      if (late !== undefined) open(late[0])
    },
    stageIsQuiet(stage) {
      quiet.add(stage)
      while (waiting.size > 0 && shownIsQuiet()) openNext()
    },
    end() {
      while (waiting.size > 0) openNext()
      close()
      close = (): void => undefined
      shown = undefined
    },
  }
}
