import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { systemCodeOf } from '@oke-pipeline/core'
import { pack } from 'tar-stream'
import type { Pack } from 'tar-stream'
import { hexOf } from '../digest.ts'
import type { Layout } from '../layout.ts'
import { openReferrers } from './open-referrers.ts'
import { referrersFile } from './referrers.ts'
import { replaceWhole } from './write-whole.ts'

/**
 * Writes a layout as one tar file: the image, and what is kept with it, and nothing else that lies
 * in its folder. The same layout gives the same bytes. An older file is replaced when the new one
 * is whole.
 */
export async function writeArchive(
  layout: Layout,
  archive: string,
  signal?: AbortSignal,
): Promise<void> {
  const names = [...(await documentsOf(layout.path)), ...(await blobsOf(layout))]
  await replaceWhole(archive, async (unfinished) => {
    signal?.throwIfAborted()
    const tar = pack()
    const written = pipeline(tar, createWriteStream(unfinished), { signal })
    await bothEnded(addAll(tar, layout.path, names), written)
  })
}

/** The first failure ends the other one as well, and only then is there nothing under way. */
async function bothEnded(...work: readonly Promise<void>[]): Promise<void> {
  try {
    await Promise.all(work)
  } catch (error) {
    await Promise.allSettled(work)
    throw error
  }
}

async function documentsOf(path: string): Promise<readonly string[]> {
  const hasReferrers = await isThere(join(path, referrersFile))
  return ['oci-layout', 'index.json', ...(hasReferrers ? [referrersFile] : [])]
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false
    throw error
  }
}

async function blobsOf(layout: Layout): Promise<readonly string[]> {
  const referrers = await openReferrers(layout)
  const entries = [...layout.walk(), ...referrers.flatMap((referrer) => referrer.entries)]
  const names = new Set(entries.map(({ descriptor }) => hexOf(descriptor.digest)))
  return [...names].toSorted().map((name) => `blobs/sha256/${name}`)
}

/** Whose it was, and when and as what it was written, is left out: that differs by machine. */
const anonymous = { uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) } as const

async function addAll(tar: Pack, path: string, names: readonly string[]): Promise<void> {
  try {
    for (const name of ['blobs/', 'blobs/sha256/']) {
      tar.entry({ ...anonymous, name, type: 'directory', mode: 0o755 })
    }
    for (const name of names) await addFile(tar, name, join(path, name))
    tar.finalize()
  } catch (error) {
    tar.destroy(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
}

const chunkBytes = 1024 * 1024

async function addFile(tar: Pack, name: string, path: string): Promise<void> {
  const { size } = await stat(path)
  const header = { ...anonymous, name, size, type: 'file', mode: 0o644 } as const
  await pipeline(createReadStream(path, { highWaterMark: chunkBytes }), tar.entry(header))
}
