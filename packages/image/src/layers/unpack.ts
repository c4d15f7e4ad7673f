import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'

const chunkBytes = 256 * 1024

/**
 * The bytes of the archive in a layer's blob. How it is compressed is seen by its first bytes, as
 * runtimes do: the media type of a layer is not always right.
 */
export async function unpacked(path: string): Promise<AsyncIterable<Uint8Array>> {
  const compression = await compressionOf(path)
  const packed = createReadStream(path, { highWaterMark: chunkBytes })
  if (compression === 'none') return packed
  const unpack =
    compression === 'gzip'
      ? createGunzip({ chunkSize: chunkBytes })
      : createZstdDecompress({ chunkSize: chunkBytes })
  // A failure of the file ends the unpacking with the same error, and whoever reads gets it there.
  return pipeline(packed, unpack, () => undefined)
}

async function compressionOf(path: string): Promise<'gzip' | 'zstd' | 'none'> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4)
  const magic = buffer.subarray(0, bytesRead).toString('hex')
  if (magic.startsWith('1f8b')) return 'gzip'
  return magic === '28b52ffd' ? 'zstd' : 'none'
}
