import type { Runner } from '@oke-pipeline/core'
import { removeUnfinishedLayout } from './build.ts'
import { removeBuildahImage } from './engines/buildah.ts'
import { removeJobBuilder } from './engines/job-builder.ts'

/** Removes what was made for this job, also when the step was cancelled or killed. */
export async function post(runner: Runner): Promise<void> {
  await removeUnfinishedLayout(runner)
  await removeBuildahImage(runner)
  await removeJobBuilder(runner)
}
