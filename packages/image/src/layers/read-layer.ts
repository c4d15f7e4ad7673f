import { ReportedError, messageOf } from '@oke-pipeline/core'
import { extract } from 'tar-stream'
import type { Extract, Header } from 'tar-stream'
import type { Descriptor } from '../descriptor.ts'
import { UnsafePath, entryPath, splitPath } from './entry-path.ts'
import type { EntryKind, LayerEntry } from './layer-entry.ts'
import type { LayerLimits } from './limits.ts'
import { unreadableLayer } from './problems.ts'
import { unpacked } from './unpack.ts'

type Entry = Extract extends AsyncIterable<infer Each> ? Each : never

/** A layer of an image, and what may be read of it. */
export interface LayerSource {
  readonly blob: string
  readonly descriptor: Descriptor
  /** Position in the image, from 0 at the bottom. */
  readonly layer: number
  readonly limits: LayerLimits
  readonly signal?: AbortSignal | undefined
}

/**
 * The entries of a layer in their order. No more than a few buffers of it are held at a time.
 * @throws GateError when it is no archive, or one that exceeds the limits or leads out of the image.
 */
export async function* readLayer(source: LayerSource): AsyncGenerator<LayerEntry> {
  const archive = extract()
  const feeding = feed(source, archive)
  let position = 0
  try {
    for await (const entry of archive) {
      if (position >= source.limits.entries) {
        throw unreadableLayer(
          source.descriptor,
          `It has more than ${source.limits.entries} entries.`,
        )
      }
      const content = contentOf(entry)
      yield {
        ...factsOf(entry.header, source),
        layer: source.layer,
        position,
        content: content.rest,
      }
      await content.skip()
      position += 1
    }
  } catch (error) {
    throw readable(error, source)
  } finally {
    archive.destroy(null)
    await feeding
  }
}

/** A failure on the way goes to whoever reads the archive. */
async function feed(source: LayerSource, archive: Extract): Promise<void> {
  const closed = new Promise<void>((resolve) => archive.once('close', resolve))
  try {
    for await (const chunk of withinLimit(await unpacked(source.blob), source)) {
      if (archive.destroyed) return
      const drained = new Promise<void>((resolve) => archive.once('drain', resolve))
      if (archive.write(chunk)) archive.removeAllListeners('drain')
      else await Promise.race([drained, closed])
    }
    archive.end(null)
  } catch (error) {
    archive.destroy(error instanceof Error ? error : new Error(messageOf(error), { cause: error }))
  }
}

async function* withinLimit(
  chunks: AsyncIterable<Uint8Array>,
  { descriptor, limits, signal }: LayerSource,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0
  for await (const chunk of chunks) {
    signal?.throwIfAborted()
    sizeBytes += chunk.byteLength
    if (sizeBytes > limits.unpackedBytes) {
      throw unreadableLayer(
        descriptor,
        `Its ${descriptor.size} bytes unpack to more than ${limits.unpackedBytes} bytes.`,
      )
    }
    yield chunk
  }
}

function readable(error: unknown, { descriptor, signal }: LayerSource): unknown {
  if (error instanceof ReportedError || signal?.aborted === true) return error
  return unreadableLayer(
    descriptor,
    `It is no archive that can be unpacked: ${messageOf(error)}.`,
    error,
  )
}

interface Content {
  /** What of the content has not been read yet. */
  readonly rest: () => AsyncGenerator<Uint8Array>
  /** Makes way for the next entry. */
  readonly skip: () => Promise<void>
}

/** An entry that is left half-read would end the whole archive, were its own iterator used. */
function contentOf(entry: Entry): Content {
  let chunks: AsyncIterator<Uint8Array> | undefined
  async function* rest(): AsyncGenerator<Uint8Array> {
    const own = (chunks ??= entry[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>)
    for (let next = await own.next(); next.done !== true; next = await own.next()) yield next.value
  }
  async function skip(): Promise<void> {
    if (chunks === undefined) entry.resume()
    else while ((await chunks.next()).done !== true);
  }
  return { rest, skip }
}

type Facts = Omit<LayerEntry, 'layer' | 'position' | 'content'>

function factsOf(header: Header, source: LayerSource): Facts {
  const kind = kinds[given(header.type) ?? 'file'] ?? 'file'
  return {
    ...markOf(safePath(header.name, source), kind),
    mode: header.mode & 0o7777,
    uid: header.uid,
    gid: header.gid,
    sizeBytes: header.size,
    linkTarget: given(header.linkname),
  }
}

/** The library gives null for what a header lacks, whatever its types say. */
function given(text: string | null): string | undefined {
  return text ?? undefined
}

function safePath(name: string, { descriptor, limits }: LayerSource): string {
  try {
    return entryPath(name, limits.pathBytes)
  } catch (error) {
    if (!(error instanceof UnsafePath)) throw error
    const shown = JSON.stringify(name.slice(0, 200))
    throw unreadableLayer(descriptor, `It has an entry named ${shown}: ${error.message}.`, error)
  }
}

const kinds: Readonly<Record<string, EntryKind>> = {
  directory: 'folder',
  symlink: 'symlink',
  link: 'hardlink',
  'character-device': 'device',
  'block-device': 'device',
  fifo: 'pipe',
}

const whiteoutPrefix = '.wh.'
const opaqueName = '.wh..wh..opq'

/** Whiteouts are files with a name of their own (OCI image specification v1.1, "Whiteouts"). */
function markOf(path: string, kind: EntryKind): Pick<LayerEntry, 'kind' | 'path'> {
  const { folder, name } = splitPath(path)
  if (name === opaqueName) return { kind: 'opaque', path: folder }
  if (!name.startsWith(whiteoutPrefix)) return { kind, path }
  const removed = name.slice(whiteoutPrefix.length)
  return { kind: 'whiteout', path: folder === '' ? removed : `${folder}/${removed}` }
}
