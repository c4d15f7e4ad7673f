import type { Files } from '@oke-pipeline/core'
import { openLayout } from '../layout.ts'
import type { Layout, Selection } from '../layout.ts'
import { unpackArchive } from './read-archive.ts'

/** What opening a layout that a user named needs of the world. */
export interface LayoutPorts {
  readonly files: Pick<Files, 'locate' | 'kindOf' | 'temporaryFolder'>
  readonly signal: AbortSignal
}

/**
 * Opens the layout that an input names: a folder as it is; a tar unpacked into a folder of this
 * step's own, which goes when the step has ended.
 * @throws what {@link openLayout} and {@link unpackArchive} throw.
 */
export async function openLayoutInput(
  input: string,
  selection: Selection,
  { files, signal }: LayoutPorts,
): Promise<Layout> {
  const path = await files.locate(input)
  if ((await files.kindOf(input)) !== 'file') return openLayout(path, selection)
  const folder = await files.temporaryFolder('layout')
  await unpackArchive(path, folder, signal)
  return openLayout(folder, selection)
}
