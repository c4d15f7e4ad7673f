import type { Runner } from '@oke-pipeline/core'
import { cleanUp, nameState } from './clean-up.ts'

/** Removes containers and image of a test that was cancelled; others have cleaned up already. */
export async function post(runner: Runner): Promise<void> {
  const name = runner.state(nameState)
  if (name === undefined || name === '') return
  await cleanUp(name, runner)
}
