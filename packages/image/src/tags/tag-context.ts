/** What is known of a commit and the event that is run for it. */
export interface TagContext {
  /** `refs/heads/main`, `refs/tags/v1.2.3`, `refs/pull/7/merge`. */
  readonly ref: string | undefined
  readonly sha: string | undefined
  /** `push`, `pull_request`, `schedule`… */
  readonly eventName: string | undefined
  readonly defaultBranch: string | undefined
  /** The branch that a pull request goes to, or that a pushed tag was made from, if it is known. */
  readonly baseBranch: string | undefined
  readonly now: Date
  /** When the commit was made; where that is not known, now. */
  readonly commitDate: Date
}

/** The branch that is built; absent for a tag and for a pull request. */
export function branchOf({ ref }: TagContext): string | undefined {
  return afterPrefix(ref, 'refs/heads/')
}

/** The Git tag that is built, if it is one. */
export function gitTagOf({ ref }: TagContext): string | undefined {
  return afterPrefix(ref, 'refs/tags/')
}

/** The number of the pull request that is built, if it is one. */
export function pullRequestOf({ ref }: TagContext): string | undefined {
  return afterPrefix(ref, 'refs/pull/')?.replace(/\/(?:merge|head)$/, '')
}

function afterPrefix(ref: string | undefined, prefix: string): string | undefined {
  return ref?.startsWith(prefix) === true ? ref.slice(prefix.length) : undefined
}

/** Events that GitHub always runs on the default branch, whatever their payload says. */
const onDefaultBranch = /create|discussion|issues|schedule/

/** Whether the default branch is built. */
export function isDefaultBranch(context: TagContext): boolean {
  const branch = branchOf(context)
  if (branch === undefined) return false
  return branch === context.defaultBranch || onDefaultBranch.test(context.eventName ?? '')
}
