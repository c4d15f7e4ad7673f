import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { systemCodeOf } from '@oke-pipeline/core'
import type { Descriptor } from '../descriptor.ts'
import { digestFromHex, digestOf } from '../digest.ts'
import type { Digest } from '../digest.ts'
import { blobPath } from './blob-path.ts'
import { blobMissing, layoutChanged } from './problems.ts'

/**
 * Reads a blob and compares size and digest.
 * @throws GateError that names the blob, and the digest expected and found.
 */
export async function verifyBlob(
  layout: string,
  descriptor: Descriptor,
  signal: AbortSignal,
): Promise<void> {
  const chunks = verifiedChunks(layout, descriptor, { from: descriptor.size, signal })
  for await (const chunk of chunks) throw new Error(`${chunk.byteLength} bytes after the last`)
}

/** Which part of a blob is wanted. */
export interface Reading {
  /** How many bytes are left out at the beginning; they are compared with the rest. */
  readonly from: number
  readonly signal: AbortSignal
}

type File = Awaited<ReturnType<typeof open>>

async function openBlob(layout: string, { digest }: Descriptor): Promise<File> {
  try {
    return await open(blobPath(layout, digest))
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error
    throw blobMissing(layout, digest, error)
  }
}

/** What was hashed is still in the processor's cache when it is encrypted and sent. */
const chunkBytes = 256 * 1024

/**
 * The bytes of a blob. The last of them are handed over only when all of them were seen to be what
 * the digest says: who gets fewer has no blob. A chunk has to be used before the next one is asked
 * for: there are two buffers that are filled in turn, one by Node.js' own threads while the other
 * is hashed and sent, and no garbage for large layers.
 * @throws GateError that names the blob, and the digest expected and found.
 */
export async function* verifiedChunks(
  layout: string,
  blob: Descriptor,
  { from, signal }: Reading,
): AsyncGenerator<Uint8Array> {
  const small = smallBlob(layout, blob)
  if (small !== undefined) {
    if (from < blob.size) yield small.subarray(from)
    return
  }
  await using file = await openBlob(layout, blob)
  const hash = createHash('sha256')
  const bufferBytes = Math.min(chunkBytes, blob.size + 1)
  let [current, other] = [Buffer.allocUnsafe(bufferBytes), Buffer.allocUnsafe(bufferBytes)]
  let end = 0
  let reading = file.read(current)
  do {
    const { bytesRead } = await reading
    signal.throwIfAborted()
    reading = file.read(other)
    // A failure is thrown by the next turn; there is none when the consumer leaves early.
    reading.catch(() => undefined)
    const chunk = current.subarray(0, bytesRead)
    const start = end
    end += bytesRead
    hash.update(chunk)
    if (bytesRead === 0 || end >= blob.size) {
      const sizeBytes = end + (await hashRest(file, hash, { reading, buffer: other }))
      assertSame(layout, blob, { digest: digestFromHex(hash.digest('hex')), sizeBytes })
    }
    if (end > from) yield chunk.subarray(Math.max(0, from - start))
    ;[current, other] = [other, current]
  } while (end < blob.size)
}

const smallBytes = 64 * 1024

/**
 * All of a small blob, if it is what its digest says. To read so little takes less time than to let
 * another thread do it, and then many of them take as long as the network does.
 */
function smallBlob(layout: string, { digest, size }: Descriptor): Uint8Array | undefined {
  if (size > smallBytes) return undefined
  const bytes = Buffer.allocUnsafe(size + 1)
  const bytesRead = readStart(blobPath(layout, digest), bytes)
  const content = bytes.subarray(0, size)
  return bytesRead === size && digestOf(content) === digest ? content : undefined
}

/** How many bytes there are, up to what fits; absent where there is no file. */
function readStart(path: string, target: Uint8Array): number | undefined {
  try {
    const file = openSync(path, 'r')
    try {
      return readSync(file, target)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    // Who goes on to read it in the usual way is told so in the usual words.
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** What comes after the last byte that there should be: nothing, in a file that nobody changed. */
async function hashRest(
  file: File,
  hash: Hash,
  { reading, buffer }: { readonly reading: ReturnType<File['read']>; readonly buffer: Buffer },
): Promise<number> {
  let sizeBytes = 0
  for (let { bytesRead } = await reading; bytesRead > 0; { bytesRead } = await file.read(buffer)) {
    hash.update(buffer.subarray(0, bytesRead))
    sizeBytes += bytesRead
  }
  return sizeBytes
}

function assertSame(
  layout: string,
  blob: Descriptor,
  found: { readonly digest: Digest; readonly sizeBytes: number },
): void {
  if (found.digest === blob.digest && found.sizeBytes === blob.size) return
  throw layoutChanged(layout, blob, found)
}
