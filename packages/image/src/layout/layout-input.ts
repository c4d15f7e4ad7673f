import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Files, InputProblem } from '@oke-pipeline/core'

/** What is wrong with an input "layout", if anything: whether a layout is at that path at all. */
export async function checkLayoutInput(
  layout: string | undefined,
  files: Files,
): Promise<InputProblem | undefined> {
  if (layout === undefined) return undefined
  const kind = await kindOf(layout, files)
  return kind === 'layout' ? undefined : { input: 'layout', got: layout, problem: problems[kind] }
}

async function kindOf(layout: string, files: Files): Promise<'layout' | keyof typeof problems> {
  const kind = await files.kindOf(layout)
  if (kind === 'file') return (await isTar(await files.locate(layout))) ? 'layout' : 'file'
  if (kind !== 'folder') return kind
  return (await files.kindOf(join(layout, 'oci-layout'))) === 'file' ? 'layout' : 'folder'
}

const magic = { offset: 257, text: 'ustar' } as const

async function isTar(path: string): Promise<boolean> {
  await using file = await open(path)
  const { bytesRead, buffer } = await file.read(Buffer.alloc(5), 0, 5, magic.offset)
  return buffer.subarray(0, bytesRead).toString() === magic.text
}

const expected = 'expected the folder or the tar of an OCI image layout'

const problems = {
  outside: `${expected} in the workspace or the runner’s temp folder, and it lies outside both; copy it into one of them, or build it there`,
  absent: `${expected}, and there is nothing at that path; is the image built in this job?`,
  file: `${expected}, and it is another file; is it compressed?`,
  folder: `${expected}, and there is no "oci-layout" file in it; is the image built in this job?`,
} as const
