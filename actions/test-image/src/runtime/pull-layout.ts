import type { Ports } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { ImageSource, LoadedImage } from './image-source.ts'
import { viewOf } from './layout-view.ts'
import { otherImage } from './other-image.ts'
import { refused } from './runtime-refusal.ts'

const inspectionSchema = v.tuple([
  v.object({ Id: v.string(), RepoDigests: v.nullish(v.array(v.string()), []) }),
])

/** Has podman read a layout in place; it keeps the manifest, and so the digest. */
export async function pullLayout(
  source: ImageSource,
  { exec, files }: Pick<Ports, 'exec' | 'files'>,
): Promise<LoadedImage> {
  const { digest } = source.image.descriptor
  const view = await viewOf(source, files)
  const pulled = await exec.run({
    file: 'podman',
    args: ['pull', '--quiet', `oci:${view.name}`],
    directory: view.parent,
  })
  if (pulled.exitCode !== 0)
    throw refused('podman', 'podman could not read the layout', pulled.stderr)
  const inspected = await exec.run({
    file: 'podman',
    args: ['image', 'inspect', pulled.stdout.trim()],
  })
  if (inspected.exitCode !== 0) throw refused('podman', 'podman lost the image', inspected.stderr)
  const [{ RepoDigests }] = v.parse(inspectionSchema, JSON.parse(inspected.stdout))
  const reference = `localhost/${view.name}@${digest}`
  if (!RepoDigests.includes(reference)) throw otherImage('podman', [digest], RepoDigests)
  return { reference, names: [digest] }
}
