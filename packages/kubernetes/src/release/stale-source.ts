import { GateError } from '@oke-pipeline/core'
import type { ReleaseRecord } from './record.ts'
import { describeSource } from './release-source.ts'
import type { ReleaseSource } from './release-source.ts'

/**
 * Whether a source is older than another one: of the same repository, and of an older commit. Where
 * the times of the commits do not tell, the order of the runs does; a run that is repeated keeps
 * its place in that order.
 */
export function isOlder(source: ReleaseSource, other: ReleaseSource): boolean {
  if (source.repository === undefined || source.repository !== other.repository) return false
  if (source.sha !== undefined && source.sha === other.sha) return false
  const byCommit = compared(timeOf(source), timeOf(other))
  if (byCommit !== 0) return byCommit < 0
  const isSameWorkflow = workflowPath(source) === workflowPath(other)
  const byNumber = isSameWorkflow ? compared(source.runNumber, other.runNumber) : 0
  return (byNumber === 0 ? compared(source.runId, other.runId) : byNumber) < 0
}

function timeOf({ committedAt }: ReleaseSource): number | undefined {
  return committedAt === undefined ? undefined : Date.parse(committedAt)
}

/** Without the ref that it ran at: runs are numbered by file. */
function workflowPath({ workflow }: ReleaseSource): string | undefined {
  return workflow?.replace(/@.*/, '')
}

/** Zero where one of the two is not known. */
function compared(one: string | number | undefined, other: string | number | undefined): number {
  const difference = Number(one) - Number(other)
  return Number.isNaN(difference) ? 0 : difference
}

/** The newest source that a release was deployed from, or seen to want what it has. */
export function newestSourceOf({ source, confirmedBy }: ReleaseRecord): ReleaseSource {
  return confirmedBy ?? source
}

/**
 * Keeps a run that comes late, or that is repeated, from undoing what a newer one has deployed.
 * @throws {@link GateError} that names both.
 */
export function refuseOlder(
  source: ReleaseSource,
  current: ReleaseRecord | undefined,
  { release, namespace }: { readonly release: string; readonly namespace: string },
): void {
  if (current === undefined) return
  const newest = newestSourceOf(current)
  if (!isOlder(source, newest)) return
  throw new GateError({
    title: `Release "${release}" in the namespace "${namespace}" is newer than this run`,
    explanation: `Revision ${current.revision} is of ${describeSource(newest)}; this run would replace it by ${describeSource(source)}, which is older. Nothing has been changed.`,
    remedy:
      'Run the workflow for the newest commit, or set "allow-older: true" to go back on purpose.',
  })
}
