import { open } from 'node:fs/promises'
import { pack } from 'tar-stream'
import type { Pack } from 'tar-stream'
import type { Descriptor } from '../descriptor.ts'
import type { Layout } from '../layout.ts'
import type { LayoutImage } from './read-tree.ts'

/** An image, and the layout that its blobs are in. */
export interface ArchivedImage {
  readonly layout: Pick<Layout, 'blobPath'>
  readonly image: LayoutImage
}

/**
 * One image of a layout as an archive that `load` of Docker and nerdctl reads, without a copy on
 * the disk: an OCI layout, with the `manifest.json` that Docker before 25 looks for beside it.
 * The blobs are those of the layout, byte for byte.
 */
export async function* imageArchive(
  archived: ArchivedImage,
  name: string,
): AsyncGenerator<Uint8Array> {
  const archive = pack()
  const failure = failureOf(writeArchive(archive, archived, name))
  const chunks = (archive as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await Promise.race([chunks.next(), failure])
      if (next.done === true) return
      yield next.value
    }
  } finally {
    archive.destroy()
  }
}

/** Rejects as the writing does, and stays silent when it succeeds: the archive has an end then. */
async function failureOf(writing: Promise<void>): Promise<never> {
  await writing
  return new Promise<never>(() => undefined)
}

async function writeArchive(
  archive: Pack,
  { layout, image }: ArchivedImage,
  name: string,
): Promise<void> {
  const { descriptor, manifest } = image
  await addText(archive, 'oci-layout', { imageLayoutVersion: '1.0.0' })
  await addText(archive, 'index.json', indexOf(descriptor, name))
  await addText(archive, 'manifest.json', [
    {
      Config: blobName(manifest.config),
      RepoTags: [name],
      Layers: manifest.layers.map(blobName),
    },
  ])
  for (const blob of unique([descriptor, manifest.config, ...manifest.layers])) {
    await addBlob(archive, blob, layout.blobPath(blob.digest))
  }
  archive.finalize()
}

function indexOf({ mediaType, digest, size }: Descriptor, name: string): object {
  const annotations = {
    'io.containerd.image.name': name,
    'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
  }
  return { schemaVersion: 2, manifests: [{ mediaType, digest, size, annotations }] }
}

function blobName({ digest }: Descriptor): string {
  return `blobs/${digest.replace(':', '/')}`
}

/** An image may have the same layer twice; an archive has it once. */
function unique(descriptors: readonly Descriptor[]): readonly Descriptor[] {
  return [...new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor])).values()]
}

async function addText(archive: Pack, name: string, value: unknown): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    archive.entry({ name }, JSON.stringify(value), (error) => {
      if (error) reject(error)
      else resolve()
    })
  })
}

async function addBlob(archive: Pack, descriptor: Descriptor, path: string): Promise<void> {
  const { size } = descriptor
  await using file = await open(path)
  await new Promise<void>((resolve, reject) => {
    const entry = archive.entry({ name: blobName(descriptor), size }, (error) => {
      if (error) reject(error)
      else resolve()
    })
    const source = file.createReadStream({ autoClose: false })
    source.on('error', reject)
    source.pipe(entry)
  })
}
