import type { Log } from '@oke-pipeline/core'
import { formatSeconds } from '@oke-pipeline/core'
import type { TestResult } from './test-report.ts'

/**
 * Writes each result into the log of the step, with what its container wrote folded below it. Tests
 * that run side by side come one after the other here, whole.
 */
export function resultLog(log: Log): (result: TestResult) => Promise<void> {
  let before = Promise.resolve()
  return async (result) => {
    const previous = before
    const write = async (): Promise<void> => {
      await previous
      await logResult(result, log)
    }
    before = write()
    await before
  }
}

async function logResult(result: TestResult, log: Log): Promise<void> {
  const { name, failures, observed, lastLines, seconds } = result
  const title = `${name}: ${result.result} (${observed}, ${formatSeconds(seconds)})`
  for (const failure of failures) log.info(`${name}: ${failure}`)
  if (lastLines.length === 0) {
    log.info(title)
    return
  }
  await log.group(title, () => {
    for (const line of lastLines) log.info(line)
    return Promise.resolve()
  })
}
