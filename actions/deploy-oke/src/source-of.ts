import { ConfigurationError } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import type { ReleaseSource } from '@oke-pipeline/kubernetes'

/** Which commit this run deploys, and which run it is. */
export async function sourceOf(
  runner: Pick<Runner, 'run' | 'exec' | 'files'>,
): Promise<ReleaseSource> {
  const { repository, sha, ref, workflowRef, runId, runNumber, runAttempt, job, runUrl, actor } =
    runner.run
  const known = Object.entries({
    repository,
    sha,
    ref,
    committedAt: sha === undefined ? undefined : await commitTime(sha, runner),
    workflow: workflowRef,
    runId,
    runNumber,
    runAttempt,
    job,
    runUrl,
    actor,
  })
  return Object.fromEntries(
    known.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** When a commit was made, in UTC; undefined without Git, and where it is not checked out. */
async function commitTime(
  sha: string,
  { exec, files }: Pick<Runner, 'exec' | 'files'>,
): Promise<string | undefined> {
  // The workspace may belong to another user than the one in a job's container.
  const trust = ['-c', 'safe.directory=*']
  const show = ['show', '--no-patch', '--format=%ct', '--end-of-options', sha]
  try {
    const args = ['-C', files.workspace, ...trust, ...show]
    const { exitCode, stdout } = await exec.run({ file: 'git', args })
    const seconds = stdout.trim()
    if (exitCode !== 0 || !/^\d{1,12}$/.test(seconds)) return undefined
    return new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
  } catch (error) {
    // Without Git the order of the runs has to do.
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}
