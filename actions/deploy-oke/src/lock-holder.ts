import type { Runner } from '@oke-pipeline/core'

/**
 * The name under which this step holds the lock: one that tells people which run it is, and that
 * no other step has, not even another job of the same matrix.
 */
export function lockHolder({ run, random }: Pick<Runner, 'run' | 'random'>): string {
  const { repository, runId, runAttempt, job } = run
  const parts = [
    repository,
    runId === undefined ? undefined : `run ${runId}`,
    runAttempt === undefined ? undefined : `attempt ${runAttempt}`,
    job === undefined ? undefined : `job ${job}`,
    `step ${Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(12, '0')}`,
  ]
  return parts.filter((part) => part !== undefined).join(' ')
}
