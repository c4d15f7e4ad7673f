import { join } from 'node:path'
import type { Files, InputProblem } from '@oke-pipeline/core'

/** What is wrong with an input "layout", if anything: whether a layout is at that path at all. */
export async function checkLayoutInput(
  layout: string | undefined,
  files: Files,
): Promise<InputProblem | undefined> {
  if (layout === undefined) return undefined
  const kind = await files.kindOf(layout)
  if (kind !== 'folder') return { input: 'layout', got: layout, problem: problems[kind] }
  if ((await files.kindOf(join(layout, 'oci-layout'))) === 'file') return undefined
  return { input: 'layout', got: layout, problem: problems.folder }
}

const expected = 'expected the folder of an OCI image layout'

const problems = {
  outside: `${expected} in the workspace or the runner’s temp folder, and it lies outside both; copy it into one of them, or build it there`,
  absent: `${expected}, and there is nothing at that path; is the image built in this job?`,
  file: `${expected}, and it is a file`,
  folder: `${expected}, and there is no "oci-layout" file in it; is the image built in this job?`,
} as const
