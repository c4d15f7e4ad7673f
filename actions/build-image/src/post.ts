import type { Runner } from '@oke-pipeline/core'
import { builderState, findBuildx } from './buildx.ts'

/** Removes the builder that was made for this job, if one was. */
export async function post(runner: Runner): Promise<void> {
  const builder = runner.state(builderState)
  if (builder === undefined || builder === '') return
  const { file, prefix } = await findBuildx(runner)
  const { exitCode, stderr } = await runner.exec.run({
    file,
    args: [...prefix, 'rm', '--force', builder],
  })
  // The builder lives in the runner's own engine: a leftover is worth a word, not a failed job.
  if (exitCode !== 0) runner.log.warning(`Builder "${builder}" was not removed: ${stderr.trim()}`)
}
