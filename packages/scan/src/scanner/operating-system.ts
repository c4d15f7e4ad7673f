import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { ScanSubject } from './scanner.ts'

const marks = [
  /^etc\/os-release$/,
  /^usr\/lib\/os-release$/,
  /^var\/lib\/dpkg\/status/,
  /^(?:usr\/)?lib\/apk\/db\/installed$/,
  /^var\/lib\/rpm\//,
  /^usr\/lib\/sysimage\/rpm\//,
]

/**
 * A file in the layers that only an operating system has, `etc/os-release`. It is looked for where a
 * scanner saw no package at all, to tell an image of one static program from one that it could not
 * look into.
 */
export async function systemFileIn({ image, layout }: ScanSubject): Promise<string | undefined> {
  for (const { digest } of image.layers) {
    const path = join(layout, 'blobs', ...digest.split(':'))
    const found = await firstOf(namesIn(await unpacked(path)), (name) =>
      marks.some((mark) => mark.test(name)),
    )
    if (found !== undefined) return found
  }
  return undefined
}

async function firstOf(
  names: AsyncIterable<string>,
  test: (name: string) => boolean,
): Promise<string | undefined> {
  for await (const name of names) if (test(name)) return name
  return undefined
}

const gzip = Buffer.from([0x1f, 0x8b])
const zstd = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

async function unpacked(path: string): Promise<Readable> {
  const start = await startOf(path)
  const stream = createReadStream(path)
  if (start.subarray(0, gzip.length).equals(gzip)) return stream.pipe(createGunzip())
  return start.equals(zstd) ? stream.pipe(createZstdDecompress()) : stream
}

async function startOf(path: string): Promise<Buffer> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(zstd.length), 0, zstd.length, 0)
  return buffer.subarray(0, bytesRead)
}

const blockBytes = 512

/** The names in a tar archive, without a leading `./`; what is in the files is skipped. */
async function* namesIn(stream: Readable): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)
  let toSkip = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const skipped = Math.min(toSkip, rest.length)
      rest = rest.subarray(skipped)
      toSkip -= skipped
      if (toSkip > 0 || rest.length < blockBytes) break
      const header = rest.subarray(0, blockBytes)
      rest = rest.subarray(blockBytes)
      toSkip = Math.ceil(sizeIn(header) / blockBytes) * blockBytes
      yield nameIn(header)
    }
  }
}

function nameIn(header: Buffer): string {
  const [name, prefix] = [textIn(header, 0, 100), textIn(header, 345, 155)]
  return (prefix === '' ? name : `${prefix}/${name}`).replace(/^\.?\//, '')
}

function sizeIn(header: Buffer): number {
  // Sizes of 8 GiB and more are binary, marked by the first bit.
  if ((header[124] ?? 0) >= 0x80) return Number(header.readBigUInt64BE(128))
  return Number.parseInt(textIn(header, 124, 12).trim(), 8) || 0
}

function textIn(header: Buffer, start: number, length: number): string {
  const field = header.subarray(start, start + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end === -1 ? length : end)
}
