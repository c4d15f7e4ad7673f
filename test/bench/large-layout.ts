import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tarOf } from '@oke-pipeline/testing'

const chunkBytes = 1_000_000
const endOfTar = Buffer.alloc(1024)

/** A layout that was written, and the files of its blobs. */
export interface LargeLayout {
  readonly path: string
  readonly files: readonly string[]
}

/** Writes a layout with layers of about so many bytes each; no two have the same content. */
export async function writeLargeLayout(
  path: string,
  layerBytes: readonly number[],
): Promise<LargeLayout> {
  const blobs = join(path, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const layers = []
  for (const [index, size] of layerBytes.entries())
    layers.push(await writeLayer(blobs, size, `${index}`))
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

/** A tar of files that no tool can compress, as real layers are compressed already. */
async function writeLayer(blobs: string, size: number, name: string): Promise<Descriptor> {
  const hash = createHash('sha256')
  const path = join(blobs, 'unfinished')
  const stream = createWriteStream(path)
  const noise = randomBytes(Math.min(chunkBytes, size))
  let written = 0
  const write = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes)
    written += bytes.byteLength
    if (!stream.write(bytes)) await once(stream, 'drain')
  }
  while (written < size) {
    const content = Buffer.from(noise.subarray(0, size - written))
    content.write(`${name} ${written} `)
    const tar = tarOf({ [`${written}`]: content })
    await write(tar.subarray(0, tar.byteLength - endOfTar.byteLength))
  }
  await write(endOfTar)
  stream.end()
  await once(stream, 'finish')
  const digest = hash.digest('hex')
  await rename(path, join(blobs, digest))
  return {
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest: `sha256:${digest}`,
    size: written,
  }
}

async function writeJson(blobs: string, mediaType: string, value: object): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(value))
  const digest = createHash('sha256').update(bytes).digest('hex')
  await writeFile(join(blobs, digest), bytes)
  return { mediaType, digest: `sha256:${digest}`, size: bytes.byteLength }
}
