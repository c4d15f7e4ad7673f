import { readFile, stat } from 'node:fs/promises'
import { systemCodeOf } from '@oke-pipeline/core'
import type { Descriptor } from '../descriptor.ts'
import { digestOf } from '../digest.ts'
import type { Digest } from '../digest.ts'
import { parseImageConfig } from '../image-config.ts'
import type { ImageConfig } from '../image-config.ts'
import { MalformedDocument } from '../json-document.ts'
import { largestManifestBytes, parseManifest } from '../manifest.ts'
import type { ImageManifest, Manifest } from '../manifest.ts'
import { isConfigType } from '../media-types.ts'
import { blobPath } from './blob-path.ts'
import { blobMissing, layoutChanged, notALayout } from './problems.ts'

/** Something that belongs to an image. A manifest has its bytes: they are what is sent. */
export type LayoutEntry =
  | { readonly kind: 'blob'; readonly descriptor: Descriptor }
  | { readonly kind: 'manifest'; readonly descriptor: Descriptor; readonly bytes: Uint8Array }

/** An image in a layout that can be run. */
export interface LayoutImage {
  readonly descriptor: Descriptor
  readonly manifest: ImageManifest
  readonly config: ImageConfig
}

/** All that a root descriptor leads to. */
export interface Tree {
  readonly entries: readonly LayoutEntry[]
  readonly images: readonly LayoutImage[]
}

/** Reads manifests and configurations from a root down; each is compared with its digest. */
export async function readTree(path: string, root: Descriptor): Promise<Tree> {
  const entries = new Map<Digest, LayoutEntry>()
  const images: LayoutImage[] = []
  await visit(root)
  return { entries: [...entries.values()], images }

  async function visit(descriptor: Descriptor): Promise<void> {
    if (entries.has(descriptor.digest)) return
    const bytes = await readSmallBlob(path, descriptor)
    const manifest = parsed(path, descriptor, () => parseManifest(bytes, descriptor.mediaType))
    if (manifest.kind === 'manifest') images.push(...(await imagesOf(path, descriptor, manifest)))
    for (const child of childrenOf(manifest)) {
      if (manifest.kind === 'index') await visit(child)
      else if (!entries.has(child.digest))
        entries.set(child.digest, { kind: 'blob', descriptor: child })
    }
    entries.set(descriptor.digest, { kind: 'manifest', descriptor, bytes })
  }
}

function childrenOf(manifest: Manifest): readonly Descriptor[] {
  return manifest.kind === 'index' ? manifest.manifests : [manifest.config, ...manifest.layers]
}

async function imagesOf(
  path: string,
  descriptor: Descriptor,
  manifest: ImageManifest,
): Promise<readonly LayoutImage[]> {
  if (!isConfigType(manifest.config.mediaType)) return []
  const bytes = await readSmallBlob(path, manifest.config)
  const config = parsed(path, manifest.config, () => parseImageConfig(bytes))
  // BuildKit stores attestations as images of the platform unknown/unknown.
  return config.platform.os === 'unknown' ? [] : [{ descriptor, manifest, config }]
}

async function readSmallBlob(path: string, descriptor: Descriptor): Promise<Uint8Array> {
  const { digest } = descriptor
  const file = blobPath(path, digest)
  try {
    const { size } = await stat(file)
    if (size > largestManifestBytes) {
      throw notALayout(path, `Blob ${digest} is too large for a manifest (${size} bytes).`)
    }
    return asPromised(path, descriptor, await readFile(file))
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error
    throw blobMissing(path, digest, error)
  }
}

function asPromised(path: string, descriptor: Descriptor, bytes: Uint8Array): Uint8Array {
  const found = { digest: digestOf(bytes), sizeBytes: bytes.byteLength }
  if (found.digest === descriptor.digest && found.sizeBytes === descriptor.size) return bytes
  throw layoutChanged(path, descriptor, found)
}

function parsed<T>(path: string, { digest }: Descriptor, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof MalformedDocument)) throw error
    throw notALayout(path, `Blob ${digest} is malformed: ${error.message}.`, error)
  }
}
