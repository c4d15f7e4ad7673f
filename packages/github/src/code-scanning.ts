import { gzipSync } from 'node:zlib'
import { ConfigurationError, ServiceError, secondsSince } from '@oke-pipeline/core'
import type { Clock, RunContext } from '@oke-pipeline/core'
import type { GitHub } from './connect.ts'
import type { Use } from './use.ts'

/** A SARIF file and the commit that it is about. */
export interface SarifUpload {
  readonly sarif: string
  readonly commit: string
  /** `refs/heads/main`, `refs/pull/1/merge`. */
  readonly ref: string
  readonly toolName: string
  readonly startedAt: Date
}

/** GitHub takes no SARIF that is larger once it is compressed. */
export const sarifLimitBytes = 10 * 1024 * 1024

const use: Use = {
  purpose: 'upload SARIF to code scanning',
  permission: 'security-events: write',
}

/**
 * Uploads SARIF to code scanning and waits until GitHub has read it.
 * @returns the identifier of the upload.
 * @throws ConfigurationError or ServiceError, also when GitHub finds the SARIF not usable.
 */
export async function uploadSarif(
  github: GitHub,
  upload: SarifUpload,
  clock: Clock,
  signal: AbortSignal,
): Promise<string> {
  const { owner, repo } = github
  const packed = packedSarif(upload.sarif)
  // Uploading twice is harmless: an analysis replaces the one of the same category and commit.
  const { data } = await github.call(use, (octokit) =>
    octokit.rest.codeScanning.uploadSarif({
      owner,
      repo,
      commit_sha: upload.commit,
      ref: upload.ref,
      sarif: packed,
      tool_name: upload.toolName,
      started_at: upload.startedAt.toISOString(),
    }),
  )
  if (data.id === undefined) throw refused('GitHub gave no identifier for it.')
  await processed(github, data.id, clock, signal)
  return data.id
}

function packedSarif(sarif: string): string {
  const bytes = gzipSync(sarif)
  if (bytes.byteLength > sarifLimitBytes) {
    throw refused(`It has ${bytes.byteLength} bytes, compressed, and GitHub takes 10 MiB.`)
  }
  return bytes.toString('base64')
}

const longestSeconds = 120
const secondsBetween = 2

/** Waits until GitHub has read an upload. */
async function processed(
  github: GitHub,
  id: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const start = clock.now()
  for (;;) {
    const { status, errors } = await statusOf(github, id)
    if (status === 'complete') return
    if (status === 'failed') throw refused(`GitHub says: ${errors.join('; ')}.`)
    if (secondsSince(start, clock) > longestSeconds) throw notProcessed(id)
    await clock.sleep(secondsBetween, signal)
  }
}

async function statusOf(
  github: GitHub,
  id: string,
): Promise<{ readonly status: string | undefined; readonly errors: readonly string[] }> {
  const { owner, repo } = github
  const { data } = await github.call(use, (octokit) =>
    octokit.rest.codeScanning.getSarif({ owner, repo, sarif_id: id }),
  )
  return { status: data.processing_status, errors: data.errors ?? [] }
}

function refused(explanation: string): ServiceError {
  return new ServiceError({
    service: 'GitHub',
    title: 'Code scanning does not take the SARIF report',
    explanation,
  })
}

function notProcessed(id: string): ServiceError {
  return new ServiceError({
    service: 'GitHub',
    title: 'Code scanning has not read the SARIF report in time',
    explanation: `Upload ${id} is still pending after ${longestSeconds} s.`,
    remedy: 'Look at the code scanning page of the repository later; the upload was accepted.',
  })
}

/**
 * The commit and ref that code scanning shows results at: those of the run.
 * @throws {@link ConfigurationError} outside of a run.
 */
export function commitOfRun({
  sha,
  ref,
}: Pick<RunContext, 'sha' | 'ref'>): Pick<SarifUpload, 'commit' | 'ref'> {
  const isKnown = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(sha ?? '')
  if (sha !== undefined && isKnown && ref !== undefined && /^refs\/(heads|tags|pull)\//.test(ref)) {
    return { commit: sha, ref }
  }
  throw new ConfigurationError({
    title: 'SARIF cannot be uploaded from this run',
    explanation: `Code scanning shows results at a branch, tag or pull request, and this run is for "${ref ?? ''}".`,
    remedy: 'Leave "upload-sarif" out for runs that are started by something else.',
  })
}
