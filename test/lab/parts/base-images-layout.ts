import { createHash, type Hash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

/** An image as its layers' archives and the settings that containers of it start with. */
export interface LayoutImage {
  /** The lowest layer first. */
  readonly layers: readonly ImageLayer[]
  readonly config: {
    readonly Env: readonly string[]
    readonly Cmd: readonly string[]
  }
}

/** A layer as an uncompressed tar archive, and what it came from. */
export interface ImageLayer {
  readonly archive: string
  readonly createdBy: string
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** Changes when images are put together in another way, so that cached ones are made anew. */
const layoutFormat = 3

/** Moment that everything in the images is dated, so that the same content has the same digest. */
export const imageEpochSeconds = 1_735_689_600

/** Short name of a recipe: another recipe has another one. */
export function recipeHash(recipe: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([layoutFormat, imageEpochSeconds, process.arch, recipe]))
    .digest('hex')
    .slice(0, 16)
}

/** Makes an OCI image layout of what `make` leaves in a work folder, which is then removed. */
export async function writeLayout(
  directory: string,
  make: (work: string) => Promise<LayoutImage>,
): Promise<void> {
  const work = join(directory, 'work')
  await mkdir(work)
  await mkdir(join(directory, 'blobs/sha256'), { recursive: true })
  const image = await make(work)
  const layers = []
  for (const { archive } of image.layers) layers.push(await addLayer(directory, archive))
  await rm(work, { recursive: true })
  const created = new Date(imageEpochSeconds * 1000).toISOString()
  const config = await addJson(directory, 'application/vnd.oci.image.config.v1+json', {
    created,
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: image.config,
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    // buildah refuses to build on an image whose history does not account for its layers.
    history: image.layers.map(({ createdBy }) => ({ created, created_by: createdBy })),
  })
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = await addJson(directory, mediaType, {
    schemaVersion: 2,
    mediaType,
    config,
    layers: layers.map((layer) => layer.descriptor),
  })
  await writeFile(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(
    join(directory, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [manifest] }),
  )
}

async function addLayer(
  directory: string,
  archive: string,
): Promise<{ readonly descriptor: Descriptor; readonly diffId: string }> {
  const plain = createHash('sha256')
  const compressed = createHash('sha256')
  const file = `${archive}.gz`
  await pipeline(
    createReadStream(archive),
    hashing(plain),
    createGzip(),
    hashing(compressed),
    createWriteStream(file),
  )
  const digest = compressed.digest('hex')
  const { size } = await stat(file)
  await rename(file, blobPath(directory, digest))
  const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip'
  return {
    descriptor: { mediaType, digest: `sha256:${digest}`, size },
    diffId: `sha256:${plain.digest('hex')}`,
  }
}

function hashing(hash: Hash): (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer> {
  return async function* pass(chunks) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      yield chunk
    }
  }
}

async function addJson(directory: string, mediaType: string, value: unknown): Promise<Descriptor> {
  const content = Buffer.from(JSON.stringify(value))
  const hash = createHash('sha256').update(content).digest('hex')
  await writeFile(blobPath(directory, hash), content)
  return { mediaType, digest: `sha256:${hash}`, size: content.length }
}

function blobPath(directory: string, hash: string): string {
  return join(directory, 'blobs/sha256', hash)
}
