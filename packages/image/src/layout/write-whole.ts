import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Descriptor } from '../descriptor.ts'
import { digestOf, hexOf } from '../digest.ts'

/**
 * Puts a file in its place when it is whole: whoever reads sees the old one or the new one, never
 * half of it. `write` gets a path beside it; what it leaves there is removed when it fails.
 */
export async function replaceWhole(
  path: string,
  write: (unfinished: string) => Promise<void>,
): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await write(unfinished)
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

/** Writes a small file whole or not at all. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await replaceWhole(path, (unfinished) => writeFile(unfinished, bytes))
}

/** Adds a blob to a layout and returns its descriptor. The same blob again changes nothing. */
export async function writeBlob(
  layout: string,
  mediaType: string,
  bytes: Uint8Array,
): Promise<Descriptor> {
  const digest = digestOf(bytes)
  const folder = join(layout, 'blobs', 'sha256')
  await mkdir(folder, { recursive: true })
  await writeWhole(join(folder, hexOf(digest)), bytes)
  return { mediaType, digest, size: bytes.byteLength }
}
