import type { RunContext } from '@oke-pipeline/core'
import type { TagContext } from '../tags/tag-context.ts'
import type { GithubEvent } from './github-event.ts'

/** What rules for tags look at, from the run and the event that it is for. */
export function tagContextOf(
  run: Pick<RunContext, 'ref' | 'sha' | 'eventName' | 'baseRef'>,
  event: GithubEvent,
  times: { readonly now: Date; readonly commitDate?: Date | undefined },
): TagContext {
  const { ref, sha, eventName, baseRef } = run
  return {
    ref,
    sha,
    eventName,
    defaultBranch: event.defaultBranch,
    baseBranch: event.baseBranch ?? baseRef,
    now: times.now,
    commitDate: times.commitDate ?? event.commitDate ?? times.now,
  }
}
