import { inflateRawSync } from 'node:zlib'

const endOfDirectory = 0x06054b50
const directoryEntry = 0x02014b50
const stored = 0
const deflated = 8

/**
 * Content of one file of a zip archive (no encryption, no zip64: what release archives and wheels are).
 * @throws if the archive is damaged or has no such file.
 */
export function readZipMember(archive: Buffer, member: string): Buffer {
  for (const entry of entries(archive)) {
    if (entry.name === member) return content(archive, entry)
  }
  throw new Error(`The archive has no file "${member}".`)
}

interface Entry {
  readonly name: string
  readonly method: number
  readonly compressedSize: number
  readonly localHeader: number
}

function* entries(archive: Buffer): Generator<Entry> {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0 || archive.readUInt32LE(end) !== endOfDirectory) {
    throw new Error('The archive is damaged: it has no end-of-directory record.')
  }
  const count = archive.readUInt16LE(end + 10)
  let position = archive.readUInt32LE(end + 16)
  for (let index = 0; index < count; index += 1) {
    if (archive.readUInt32LE(position) !== directoryEntry) {
      throw new Error('The archive is damaged: its directory is cut short.')
    }
    const nameLength = archive.readUInt16LE(position + 28)
    const name = archive.toString('utf8', position + 46, position + 46 + nameLength)
    yield {
      name,
      method: archive.readUInt16LE(position + 10),
      compressedSize: archive.readUInt32LE(position + 20),
      localHeader: archive.readUInt32LE(position + 42),
    }
    const extraLength = archive.readUInt16LE(position + 30)
    const commentLength = archive.readUInt16LE(position + 32)
    position += 46 + nameLength + extraLength + commentLength
  }
}

function content(archive: Buffer, entry: Entry): Buffer {
  const nameLength = archive.readUInt16LE(entry.localHeader + 26)
  const extraLength = archive.readUInt16LE(entry.localHeader + 28)
  const start = entry.localHeader + 30 + nameLength + extraLength
  const data = archive.subarray(start, start + entry.compressedSize)
  if (entry.method === stored) return data
  if (entry.method === deflated) return inflateRawSync(data)
  throw new Error(
    `"${entry.name}" is compressed with method ${entry.method}, which is not supported.`,
  )
}
