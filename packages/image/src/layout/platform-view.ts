import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Layout } from '../layout.ts'
import type { LayoutImage } from './read-tree.ts'

/**
 * Makes a layout folder that shows the image of one platform of another layout, whose blobs it
 * shares: for tools that cannot choose a platform in a layout.
 */
export async function writePlatformView(
  layout: Pick<Layout, 'path'>,
  image: Pick<LayoutImage, 'descriptor'>,
  folder: string,
): Promise<void> {
  const { mediaType, digest, size } = image.descriptor
  const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size }] }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(join(folder, 'index.json'), JSON.stringify(index))
  await symlink(join(layout.path, 'blobs'), join(folder, 'blobs'))
}
