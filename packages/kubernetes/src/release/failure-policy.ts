import type { ReleaseRecord } from './record.ts'

/** What is done with a release that does not become ready. */
export const reactions = ['rollback', 'stop', 'keep'] as const

/** What is done with the first release, which leaves nothing to go back to. */
export const firstReactions = ['remove', 'keep'] as const

/** What is done when a release fails. */
export interface FailurePolicy {
  /**
   * `rollback` puts back what was there before; `stop` halts the rollout where it is, so that the
   * pods that still run stay; `keep` lets it go on.
   */
  readonly reaction: (typeof reactions)[number]
  /** Whether rolling the first release back removes it, or leaves it where it is. */
  readonly first: (typeof firstReactions)[number]
}

/** Whether a release is rolled back when it fails; without one in force before, it is the first. */
export function isRolledBack(
  { reaction, first }: FailurePolicy,
  previous: ReleaseRecord | undefined,
): boolean {
  return reaction === 'rollback' && (previous !== undefined || first === 'remove')
}

/** Why a release was not rolled back, as users can change it. */
export function reasonToStay({ reaction }: FailurePolicy): string {
  switch (reaction) {
    case 'rollback':
      return 'the first release is kept, as "first-release" says'
    case 'stop':
      return 'its rollout is halted where it was, as "on-failure" says'
    case 'keep':
      return 'it is kept as it is, as "on-failure" says'
  }
}
