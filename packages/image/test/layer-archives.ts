import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { pack } from 'tar-stream'
import type { Header } from 'tar-stream'
import { digestOf } from '../src/digest.ts'
import type { LayoutImage } from '../src/layout/read-tree.ts'

/** An entry of an archive that a test makes: what is left out is a plain file of root's. */
export type Made = Partial<Header> & { readonly name: string; readonly content?: string | Buffer }

/** A tar archive of such entries. */
export async function archiveOf(entries: readonly Made[]): Promise<Buffer> {
  const archive = pack()
  for (const { content, ...header } of entries) {
    const isLink = header.type !== undefined && header.type !== 'file'
    if (isLink) archive.entry(header)
    else archive.entry(header, content ?? '')
  }
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Ways to pack a layer. */
export const packings = {
  gzip: gzipSync,
  zstd: zstdCompressSync,
  plain: (archive: Buffer): Buffer => archive,
} as const

/** What reads layers: where blobs are, and an image of them. */
export interface MadeLayers {
  readonly layout: { readonly path: string; blobPath(digest: string): string }
  readonly image: LayoutImage
}

/** Keeps blobs as the layers of an image. */
export async function imageOf(folder: string, blobs: readonly Uint8Array[]): Promise<MadeLayers> {
  const blobPath = (digest: string): string => join(folder, 'blobs/sha256', digest.slice(7))
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true })
  const layers = blobs.map((blob) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: digestOf(blob),
    size: blob.byteLength,
  }))
  for (const [index, { digest }] of layers.entries()) {
    await writeFile(blobPath(digest), blobs[index] ?? '')
  }
  const unused = { mediaType: 'x', digest: digestOf(''), size: 0 }
  const config = {
    platform: { os: 'linux', architecture: 'amd64' },
    entrypoint: [],
    command: [],
    environment: [],
    user: '',
    workingDirectory: '',
    exposedPorts: [],
    labels: {},
    diffIds: [],
    history: [],
  }
  const manifest = { kind: 'manifest', config: unused, layers } as const
  return { layout: { path: folder, blobPath }, image: { descriptor: unused, manifest, config } }
}
