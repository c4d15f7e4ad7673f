import type { Ports } from '@oke-pipeline/core'
import { imageArchive } from '@oke-pipeline/image'
import * as v from 'valibot'
import type { ImageSource, LoadedImage } from './image-source.ts'
import { otherImage } from './other-image.ts'
import { refused } from './runtime-refusal.ts'
import type { RuntimeName } from './runtime.ts'

const inspectionSchema = v.tuple([
  v.object({ Id: v.string(), RepoDigests: v.nullish(v.array(v.string()), []) }),
])

/**
 * Streams an image into Docker or nerdctl, and compares what they call it. Docker's own store names
 * an image by the digest of its configuration, which has the digests of all layers in it;
 * containerd's, in newer versions, by that of its manifest. Both leave no room for another image.
 */
export async function loadArchive(
  runtime: RuntimeName,
  source: ImageSource,
  { exec }: Pick<Ports, 'exec'>,
): Promise<LoadedImage> {
  const { descriptor, manifest } = source.image
  const tag = `${source.name}:latest`
  const loaded = await exec.run({ file: runtime, args: ['load'], input: imageArchive(source, tag) })
  if (loaded.exitCode !== 0) {
    throw refused(runtime, `${runtime} could not read the image`, loaded.stderr)
  }
  const inspected = await exec.run({ file: runtime, args: ['image', 'inspect', tag] })
  if (inspected.exitCode !== 0)
    throw refused(runtime, `${runtime} lost the image`, inspected.stderr)
  const [{ Id, RepoDigests }] = v.parse(inspectionSchema, JSON.parse(inspected.stdout))
  const expected = [descriptor.digest, manifest.config.digest]
  const digests = RepoDigests.map((name) => name.slice(name.indexOf('@') + 1))
  const known = expected.find((digest) => digest === Id || digests.includes(digest))
  if (known === undefined) throw otherImage(runtime, expected, [Id, ...digests])
  // nerdctl calls the image of a container by its name; the digest in it is what was compared.
  const isById = known === Id
  const reference = isById ? Id : `${source.name}@${known}`
  return { reference, names: [...expected, reference] }
}
