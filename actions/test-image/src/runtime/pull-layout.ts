import { join } from 'node:path'
import type { Ports } from '@oke-pipeline/core'
import { writePlatformView } from '@oke-pipeline/image'
import * as v from 'valibot'
import type { ImageSource, LoadedImage } from './image-source.ts'
import { otherImage } from './other-image.ts'
import { refused } from './runtime-refusal.ts'

const inspectionSchema = v.tuple([
  v.object({ Id: v.string(), RepoDigests: v.nullish(v.array(v.string()), []) }),
])

/**
 * Has podman read a layout in place; it keeps the manifest, and so the digest. Podman names what it
 * pulls after the path of the layout, and refuses upper-case letters in it: a view of the layout at
 * a short relative path avoids that, and keeps jobs on the same machine apart.
 */
export async function pullLayout(
  { layout, image, name }: ImageSource,
  { exec, files }: Pick<Ports, 'exec' | 'files'>,
): Promise<LoadedImage> {
  const { digest } = image.descriptor
  const parent = await files.temporaryFolder('view')
  await writePlatformView(layout, image, join(parent, name))
  const pulled = await exec.run({
    file: 'podman',
    args: ['pull', '--quiet', `oci:${name}`],
    directory: parent,
  })
  if (pulled.exitCode !== 0)
    throw refused('podman', 'podman could not read the layout', pulled.stderr)
  const inspected = await exec.run({
    file: 'podman',
    args: ['image', 'inspect', pulled.stdout.trim()],
  })
  if (inspected.exitCode !== 0) throw refused('podman', 'podman lost the image', inspected.stderr)
  const [{ RepoDigests }] = v.parse(inspectionSchema, JSON.parse(inspected.stdout))
  const reference = `localhost/${name}@${digest}`
  if (!RepoDigests.includes(reference)) throw otherImage('podman', [digest], RepoDigests)
  return { reference, names: [digest] }
}
