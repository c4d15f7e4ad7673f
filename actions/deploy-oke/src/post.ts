import {
  CancelledError,
  document,
  escaped,
  heading,
  paragraph,
  readInputs,
} from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { completedByEnvironment } from '@oke-pipeline/delivery'
import { accessOf, connectCluster, rollBackInterrupted } from '@oke-pipeline/kubernetes'
import { completedInputs } from './declaration.ts'
import { stateAfter } from './failure.ts'
import { interruptedRelease } from './started-release.ts'

/** The runner gives a cancelled job five minutes, other steps included. */
const longestWaitSeconds = 120

/** Rolls back what main began and did not finish, and releases its lock: it was cancelled, or killed. */
export async function post(runner: Runner): Promise<void> {
  const started = interruptedRelease(runner)
  if (started === undefined) return
  const source = await completedByEnvironment(runner, runner.files)
  const inputs = await readInputs(completedInputs, source)
  const cluster = connectCluster(accessOf(inputs.kubeconfig, inputs.context), runner)
  const rollback = await rollBackInterrupted(cluster, started, {
    policy: { reaction: inputs['on-failure'], first: inputs['first-release'] },
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
