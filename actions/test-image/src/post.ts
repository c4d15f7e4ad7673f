import type { Runner } from '@oke-pipeline/core'
import { cleanUp, parseRun, runState } from './clean-up.ts'

/** Removes what a test that was cancelled or killed has left; others have cleaned up already. */
export async function post(runner: Runner): Promise<void> {
  const run = parseRun(runner.state(runState))
  if (run !== undefined) await cleanUp(run, runner, { isInterrupted: true })
}
