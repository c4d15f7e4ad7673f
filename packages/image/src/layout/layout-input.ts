import { join } from 'node:path'
import type { Files, InputProblem } from '@oke-pipeline/core'

/** What is wrong with an input "layout", if anything: whether a layout is at that path at all. */
export async function checkLayoutInput(
  layout: string | undefined,
  files: Files,
): Promise<InputProblem | undefined> {
  if (layout === undefined) return undefined
  if ((await files.kindOf(join(layout, 'oci-layout'))) === 'file') return undefined
  return {
    input: 'layout',
    got: layout,
    problem:
      'expected the folder of an OCI image layout, and there is no "oci-layout" file in it; is the image built in this job?',
  }
}
