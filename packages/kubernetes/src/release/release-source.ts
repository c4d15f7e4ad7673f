import * as v from 'valibot'

/** Where a release comes from: the commit, and the run of the workflow that deployed it. */
export const sourceSchema = v.object({
  /** `owner/name`. */
  repository: v.optional(v.string()),
  sha: v.optional(v.string()),
  ref: v.optional(v.string()),
  /** When the commit was made, in UTC. */
  committedAt: v.optional(v.string()),
  /** `owner/name/.github/workflows/file.yml@refs/heads/main`. */
  workflow: v.optional(v.string()),
  runId: v.optional(v.string()),
  runNumber: v.optional(v.string()),
  runAttempt: v.optional(v.string()),
  job: v.optional(v.string()),
  runUrl: v.optional(v.string()),
  actor: v.optional(v.string()),
})

/** Where a release comes from, as far as that is known. */
export type ReleaseSource = Readonly<v.InferOutput<typeof sourceSchema>>

/** A source as people name it: `commit 0123456789ab of 2026-01-02T03:04:05Z (run 12, attempt 2)`. */
export function describeSource(source: ReleaseSource): string {
  const { sha, committedAt, runNumber, runId, runAttempt } = source
  const commit = sha === undefined ? 'an unknown commit' : `commit ${sha.slice(0, 12)}`
  const time = committedAt === undefined ? '' : ` of ${committedAt}`
  const number = runNumber ?? runId
  if (number === undefined) return `${commit}${time}`
  return `${commit}${time} (run ${number}${runAttempt === undefined ? '' : `, attempt ${runAttempt}`})`
}
