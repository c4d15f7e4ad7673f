import type { Runner } from '@oke-pipeline/core'
import { removeJobFolder } from './job-folder.ts'

/** Under which the path of the session's folder is kept. */
export const folderState = 'session-folder'

/** Removes all files of the session; also where the job was cancelled. */
export async function post(runner: Runner): Promise<void> {
  const path = runner.state(folderState)
  if (path === undefined || path === '') return
  await removeJobFolder(path, runner.files.temp)
  runner.log.info('The OCI session of this job, its logins and its kubeconfig are removed')
}
