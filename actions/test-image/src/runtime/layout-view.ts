import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Files } from '@oke-pipeline/core'
import type { ImageSource } from './image-source.ts'

/** A layout folder that shows a single image of another layout, whose blobs it shares. */
export interface LayoutView {
  /** The folder to run podman in. */
  readonly parent: string
  /** The name of the view within it, which podman takes as the name of the image. */
  readonly name: string
}

/**
 * Makes a view of one image under a name of its own. Podman names what it pulls after the path of
 * the layout, and refuses upper-case letters in it: a short relative path avoids that, and keeps
 * jobs on the same machine apart.
 */
export async function viewOf(
  { layout, image, name }: ImageSource,
  files: Files,
): Promise<LayoutView> {
  const parent = await files.temporaryFolder('view')
  const folder = join(parent, name)
  const { mediaType, digest, size } = image.descriptor
  const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size }] }
  await mkdir(folder)
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(join(folder, 'index.json'), JSON.stringify(index))
  await symlink(join(layout.path, 'blobs'), join(folder, 'blobs'))
  return { parent, name }
}
