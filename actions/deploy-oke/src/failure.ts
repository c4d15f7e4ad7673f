import { GateError, ReportedError, ServiceError } from '@oke-pipeline/core'
import type { Rollback } from '@oke-pipeline/kubernetes'
import type { Outcome } from './run.ts'

/** The error that a deployment ends with; undefined when it is in force. */
export function failureOf(outcome: Outcome): GateError | ServiceError | undefined {
  const { deployed, namespace, release } = outcome
  const { failure, rollback } = deployed
  if (failure === undefined) return undefined
  const report = {
    title: `Release "${release}" in the namespace "${namespace}" ${deployed.status === 'rolled-back' ? 'was rolled back' : 'failed'}`,
    explanation: `${sentence(failure.cause)} ${rollback === undefined ? 'Nothing had been changed.' : stateAfter(rollback)}`,
    remedy: 'The job summary has the states, logs and events.',
    cause: failure.error,
  }
  if (failure.error instanceof ServiceError) {
    return new ServiceError({ ...report, service: failure.error.service })
  }
  if (failure.error instanceof ReportedError) return new GateError({ ...report, remedy: '' })
  return new GateError(report)
}

/** What is in the namespace after a release has failed. */
export function stateAfter({ isRestored, revision, image, problem }: Rollback): string {
  const before =
    revision === undefined || image === undefined
      ? 'What was there before the first release'
      : `Revision ${revision} (${image.digest})`
  if (isRestored) return `${before} is in force again and ready.`
  return `${before} was not put back: ${sentence(problem ?? 'for an unknown reason')}`
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}
