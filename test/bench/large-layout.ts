import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const chunkBytes = 1_000_000

/** A layout that was written, and the files of its blobs. */
export interface LargeLayout {
  readonly path: string
  readonly files: readonly string[]
}

/** Writes a layout with layers of so many bytes each; another salt gives other content. */
export async function writeLargeLayout(
  path: string,
  layerBytes: readonly number[],
  salt = 0,
): Promise<LargeLayout> {
  const blobs = join(path, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const layers = []
  for (const [index, size] of layerBytes.entries())
    layers.push(await writeLayer(blobs, size, `${salt} ${index}`))
  const config = await writeJson(blobs, 'application/vnd.oci.image.config.v1+json', {
    os: 'linux',
    architecture: 'amd64',
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  })
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const image = { schemaVersion: 2, mediaType, config, layers }
  const manifest = await writeJson(blobs, mediaType, image)
  await writeFile(join(path, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  const index = { schemaVersion: 2, manifests: [manifest] }
  await writeFile(join(path, 'index.json'), JSON.stringify(index))
  const files = [...layers, config, manifest].map(({ digest }) => join(blobs, digest.slice(7)))
  return { path, files }
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

async function writeLayer(blobs: string, size: number, name: string): Promise<Descriptor> {
  const hash = createHash('sha256')
  const path = join(blobs, 'unfinished')
  const stream = createWriteStream(path)
  for (let written = 0; written < size; written += chunkBytes) {
    const chunk = Buffer.alloc(Math.min(chunkBytes, size - written), `${name} ${written} `)
    hash.update(chunk)
    if (!stream.write(chunk)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
  const digest = hash.digest('hex')
  await rename(path, join(blobs, digest))
  // Not compressed: tools that would compress it leave it as it is.
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: `sha256:${digest}`, size }
}

async function writeJson(blobs: string, mediaType: string, value: object): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(value))
  const digest = createHash('sha256').update(bytes).digest('hex')
  await writeFile(join(blobs, digest), bytes)
  return { mediaType, digest: `sha256:${digest}`, size: bytes.byteLength }
}
