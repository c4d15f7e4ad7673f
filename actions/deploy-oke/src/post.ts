import {
  CancelledError,
  document,
  escaped,
  heading,
  paragraph,
  readInputs,
} from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { completedByEnvironment, openCluster } from '@oke-pipeline/delivery'
import { connectCluster, rollBackInterrupted } from '@oke-pipeline/kubernetes'
import { completedInputs } from './declaration.ts'
import { stateAfter } from './failure.ts'
import { interruptedRelease } from './started-release.ts'

/** The runner gives a cancelled job five minutes, other steps included. */
const longestWaitSeconds = 120
/** What is put back is watched for at most so long: there would be no time to see it ready. */
const longestMinReadySeconds = 60

/** Rolls back what main began and did not finish, and releases its lock: it was cancelled, or killed. */
export async function post(runner: Runner): Promise<void> {
  const started = interruptedRelease(runner)
  if (started === undefined) return
  const source = await completedByEnvironment(runner, runner.files)
  const inputs = await readInputs(completedInputs, source)
  // Another step, another process: what main signed in with is gone.
  const cluster = connectCluster(await openCluster(inputs, runner), runner)
  const rollback = await rollBackInterrupted(cluster, started, {
    policy: { reaction: inputs['on-failure'], first: inputs['first-release'] },
    endurance: {
      minReadySeconds: Math.min(inputs['min-ready'], longestMinReadySeconds),
      maxRestarts: inputs['max-restarts'],
    },
    timeoutSeconds: Math.min(inputs.timeout, longestWaitSeconds),
    ports: runner,
  })
  if (rollback === undefined) return
  const state = stateAfter(rollback)
  const title = `Release "${started.release}" in the namespace "${started.namespace}" was interrupted`
  runner.log.info(`${title}. ${state}`)
  await runner.writeSummary(document(heading(title), paragraph(escaped(state))))
  if (!rollback.isRestored) throw new CancelledError({ title, explanation: state })
}
