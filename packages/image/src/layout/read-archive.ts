import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  ConfigurationError,
  GateError,
  ReportedError,
  formatBytes,
  messageOf,
} from '@oke-pipeline/core'
import { extract } from 'tar-stream'
import type { Extract } from 'tar-stream'
import { largestManifestBytes } from '../manifest.ts'

/** The only files that a layout has (OCI image specification v1.1, "Image Layout"), and ours. */
const documents = /^(?:oci-layout|index\.json|referrers\.json)$/
const blobs = /^blobs\/sha256\/(?<hex>[0-9a-f]{64})$/
const folders = /^(?:\.\/?|blobs\/?|blobs\/sha256\/?)$/
/** What "docker save" adds for Docker versions that know no layouts. */
const ofDocker = /^(?:manifest\.json|repositories)$/

const mostEntries = 20_000
const chunkBytes = 1024 * 1024

/**
 * Unpacks the tar of a layout into a folder. Nothing but the files of a layout is ever written, and
 * each blob is compared with the digest that is its name.
 * @throws ConfigurationError when it is no such tar or would not fit, GateError when a blob was
 * changed.
 */
export async function unpackArchive(
  archive: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted()
  const { size } = await stat(archive)
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true })
  await rejectLackOfSpace(archive, size, folder)
  const tar = extract()
  const reading = pipeline(createReadStream(archive, { highWaterMark: chunkBytes }), tar, {
    signal,
  })
  try {
    await Promise.all([reading, takeAll(tar, { archive, sizeBytes: size, folder })])
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof ReportedError) throw error
    throw refused(archive, `It cannot be read as a tar: ${messageOf(error)}.`, error)
  }
}

/** One entry: its header, and its bytes as a stream. */
type Entry = Extract extends AsyncIterable<infer Source> ? Source : never

interface Unpacking {
  readonly archive: string
  readonly sizeBytes: number
  readonly folder: string
}

async function takeAll(tar: AsyncIterable<Entry>, unpacking: Unpacking): Promise<void> {
  let count = 0
  const seen = new Set<string>()
  for await (const entry of tar) {
    count += 1
    const name = entry.header.name.replace(/^\.\/(?=.)/, '')
    assertHarmless(entry, name, unpacking)
    if (count > mostEntries || seen.has(name)) {
      throw refused(
        unpacking.archive,
        `It holds "${name}" twice, or more than ${mostEntries} files.`,
      )
    }
    seen.add(name)
    await take(entry, name, unpacking)
  }
}

/** Entries are judged by name and type before a byte of them is written. */
function assertHarmless({ header }: Entry, name: string, { archive, sizeBytes }: Unpacking): void {
  const { type, size } = header
  if (type === 'directory' && folders.test(name)) return
  const isFile = type === 'file' || type === 'contiguous-file'
  if (!isFile || !(documents.test(name) || blobs.test(name) || ofDocker.test(name))) {
    throw refused(
      archive,
      `It holds "${name.slice(0, 200)}" (${type}), which does not belong to an OCI image layout.`,
    )
  }
  const limit = documents.test(name) ? largestManifestBytes : sizeBytes
  if (size > limit) throw refused(archive, `Its "${name}" claims to have ${size} bytes.`)
}

async function take(entry: Entry, name: string, { archive, folder }: Unpacking): Promise<void> {
  if (!documents.test(name) && !blobs.test(name)) {
    entry.resume()
    return
  }
  const found = await writeHashed(entry, join(folder, name))
  const expected = blobs.exec(name)?.groups?.hex
  if (expected !== undefined && expected !== found) throw changed(archive, expected, found)
}

/** Writes what comes, to a file that is not there yet, and says the SHA-256 of it. */
async function writeHashed(content: AsyncIterable<unknown>, path: string): Promise<string> {
  const hash = createHash('sha256')
  await using file = await open(path, 'wx')
  for await (const chunk of content) {
    if (!(chunk instanceof Uint8Array))
      throw new TypeError('The tar gave something else than bytes')
    hash.update(chunk)
    await file.appendFile(chunk)
  }
  return hash.digest('hex')
}

async function rejectLackOfSpace(archive: string, size: number, folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (size <= bavail * bsize) return
  throw refused(
    archive,
    `It has ${formatBytes(size)}, and the runner’s temp folder has room for ${formatBytes(bavail * bsize)}.`,
  )
}

function changed(archive: string, expected: string, found: string): GateError {
  return new GateError({
    title: `Archive "${archive}" is not what was built`,
    explanation: `Blob sha256:${expected} has the digest sha256:${found}: the archive was changed after it was written.`,
    remedy: 'Hand the archive over again, and let nothing write to it on the way.',
  })
}

function refused(archive: string, explanation: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError({
    title: `Archive "${archive}" is not usable`,
    explanation,
    remedy: 'Give the tar that build-image names in its output "archive", or a layout folder.',
    cause,
  })
}
