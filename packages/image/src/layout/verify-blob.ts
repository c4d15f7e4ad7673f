import { open } from 'node:fs/promises'
import { systemCodeOf } from '@oke-pipeline/core'
import type { Descriptor } from '../descriptor.ts'
import { digestOfStream } from '../digest.ts'
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
  await using file = await openBlob(layout, descriptor)
  const found = await digestOfStream(chunksOf(file, signal))
  if (found.digest !== descriptor.digest || found.sizeBytes !== descriptor.size) {
    throw layoutChanged(layout, descriptor, found)
  }
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

const chunkBytes = 1024 * 1024

/**
 * The bytes of a file in two buffers that are filled in turn: while one is hashed here, the other
 * is read by Node.js' own threads, and there is no garbage for large layers.
 */
async function* chunksOf(file: File, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let [current, other] = [Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes)]
  let reading = file.read(current, 0, chunkBytes)
  for (;;) {
    const { bytesRead } = await reading
    signal.throwIfAborted()
    if (bytesRead === 0) return
    reading = file.read(other, 0, chunkBytes)
    // A failure is thrown by the next turn; there is none when the consumer leaves early.
    reading.catch(() => undefined)
    yield current.subarray(0, bytesRead)
    ;[current, other] = [other, current]
  }
}
