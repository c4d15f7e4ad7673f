import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A folder that only this user can read, and that lasts until the end of the job. */
export interface JobFolder {
  readonly path: string
  /** Writes a file that only this user can read; returns its path. */
  write(name: string, text: string): Promise<string>
}

/** Makes the folder below the runner's temp folder. */
export async function makeJobFolder(temp: string): Promise<JobFolder> {
  await mkdir(temp, { recursive: true })
  // mkdtemp gives the mode 0700.
  const path = await mkdtemp(join(temp, prefix))
  return {
    path,
    async write(name, text) {
      const file = join(path, name)
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await writeFile(file, text, { mode: 0o600, flag: 'wx' })
      return file
    },
  }
}

const prefix = 'oke-pipeline-oci-session-'

/** Removes the folder of a session, and nothing that is not one. */
export async function removeJobFolder(path: string, temp: string): Promise<void> {
  if (path.startsWith(join(temp, prefix))) await rm(path, { recursive: true, force: true })
}
