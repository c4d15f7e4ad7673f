import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ScanSubject } from './scanner.ts'

/**
 * Makes a layout of one image out of a layout of several; the blobs are the same files. Scanners
 * choose an image of a layout each in their own way: Trivy takes the first whatever platform it is
 * told, so it is shown one image only.
 */
export async function viewOf(
  { image, layout, manifest }: ScanSubject,
  folder: string,
): Promise<string> {
  const view = join(folder, 'image')
  await mkdir(view)
  await symlink(join(layout, 'blobs'), join(view, 'blobs'))
  await writeFile(join(view, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  const { mediaType, size } = manifest
  const manifests = [{ mediaType, digest: image.digest, size }]
  await writeFile(join(view, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }))
  return view
}
