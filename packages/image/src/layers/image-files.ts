import type { LayoutImage } from '../layout/read-tree.ts'
import type { Layout } from '../layout.ts'
import { BrokenHardLink, applyEntry } from './apply-entry.ts'
import { impliedFolder, resolveNode } from './file-tree.ts'
import type { FileFacts, FileNode } from './file-tree.ts'
import type { LayerEntry } from './layer-entry.ts'
import { unreadableLayer } from './problems.ts'
import { readLayerEntries } from './read-layer-entries.ts'
import type { LayerReading } from './read-layer-entries.ts'

/** Something in the file system that a container of the image starts with. */
export interface ImageFile extends FileFacts {
  /** From the root, with `/` before it: `/etc/passwd`. */
  readonly path: string
}

/** The file system of an image, all layers laid over each other; nothing of it is on the disk. */
export interface ImageFiles {
  /**
   * What is at a path, links followed; the last one only when it is not asked for itself.
   * Absent too when a link leads nowhere or in a circle.
   */
  find(path: string, options?: { readonly followLast?: boolean }): ImageFile | undefined
  /** Everything, folders before what is in them. */
  all(): Iterable<ImageFile>
  /**
   * The content of files, by the paths that were asked for; layers are read once for all of them.
   * Of a larger file only the first `limitBytes` bytes. What is no file is left out.
   */
  read(
    paths: readonly string[],
    options: { readonly limitBytes: number },
  ): Promise<ReadonlyMap<string, Uint8Array>>
}

/**
 * Reads what each layer has where, without keeping any content. Whoever wants to see every entry
 * on the way, also what a later layer covers, gets it by `visit`.
 * @throws GateError when a layer cannot be unpacked.
 */
export async function openImageFiles(
  layout: Pick<Layout, 'path' | 'blobPath'>,
  image: LayoutImage,
  reading: LayerReading = {},
  visit: (entry: LayerEntry) => Promise<void> | void = () => undefined,
): Promise<ImageFiles> {
  const root = impliedFolder(0)
  for await (const entry of readLayerEntries(layout, image, reading)) {
    apply(root, entry, image)
    await visit(entry)
  }
  const find: ImageFiles['find'] = (path, { followLast = true } = {}) => {
    const found = resolveNode(root, path, { followLast })
    return found === undefined ? undefined : { ...found.node.facts, path: `/${found.path}` }
  }
  return {
    find,
    all: () => filesBelow(root, ''),
    read: (paths, { limitBytes }) => {
      const wanted = paths.flatMap((path) => {
        const file = find(path)
        return file?.kind === 'file' ? [{ asked: path, file }] : []
      })
      return readContents(wanted, limitBytes, (layers) =>
        readLayerEntries(layout, image, { ...reading, layers }),
      )
    },
  }
}

function apply(root: FileNode, entry: LayerEntry, { manifest }: LayoutImage): void {
  try {
    applyEntry(root, entry)
  } catch (error) {
    const layer = manifest.layers[entry.layer]
    if (!(error instanceof BrokenHardLink) || layer === undefined) throw error
    throw unreadableLayer(
      layer,
      `Its entry ${JSON.stringify(entry.path)} is a hard link to ${JSON.stringify(error.message)}, which is not there.`,
      error,
    )
  }
}

function* filesBelow({ children }: FileNode, folder: string): Generator<ImageFile> {
  for (const [name, node] of children) {
    const path = `${folder}/${name}`
    yield { ...node.facts, path }
    yield* filesBelow(node, path)
  }
}

interface Wanted {
  readonly asked: string
  readonly file: ImageFile
}

async function readContents(
  wanted: readonly Wanted[],
  limitBytes: number,
  entriesOf: (layers: readonly number[]) => AsyncIterable<LayerEntry>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>()
  const layers = [...new Set(wanted.map(({ file }) => file.layer))]
  for await (const entry of entriesOf(layers)) {
    const here = wanted.filter(
      ({ file }) => file.layer === entry.layer && file.position === entry.position,
    )
    if (here.length === 0) continue
    const bytes = await firstBytes(entry, limitBytes)
    for (const { asked } of here) contents.set(asked, bytes)
    if (contents.size === new Set(wanted.map(({ asked }) => asked)).size) break
  }
  return contents
}

/** The start of an entry's content. */
export async function firstBytes(entry: LayerEntry, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of entry.content()) {
    chunks.push(chunk.subarray(0, limitBytes - sizeBytes))
    sizeBytes += chunk.byteLength
    if (sizeBytes >= limitBytes) break
  }
  return Buffer.concat(chunks)
}
