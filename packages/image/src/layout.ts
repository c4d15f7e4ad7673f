import { forEachBounded } from '@oke-pipeline/core'
import { formatPlatform } from './descriptor.ts'
import type { Descriptor } from './descriptor.ts'
import type { Digest } from './digest.ts'
import { blobPath } from './layout/blob-path.ts'
import { readLayoutIndex } from './layout/layout-index.ts'
import { readTree } from './layout/read-tree.ts'
import type { LayoutEntry, LayoutImage } from './layout/read-tree.ts'
import { verifyBlob } from './layout/verify-blob.ts'

/**
 * An image in an OCI image layout folder (OCI image specification v1.1, "Image Layout"). The
 * manifests have been read, and are what their digests say; the other blobs are checked by
 * `verify`.
 */
export interface Layout {
  readonly path: string
  readonly root: Descriptor
  /** The digest of the image: of the index, when there are several platforms. */
  readonly digest: Digest
  /** Everything that belongs to the image, each once, children before what refers to them. */
  walk(): readonly LayoutEntry[]
  /** The images in it, one a platform, without attestations. */
  readonly images: readonly LayoutImage[]
  /** `linux/amd64`. */
  readonly platforms: readonly string[]
  readonly sizeBytes: number
  blobPath(digest: Digest): string
  /**
   * Reads every blob and compares size and digest.
   * @throws GateError that names the blob, and the digest expected and found.
   */
  verify(signal?: AbortSignal): Promise<void>
}

/** Which image of a layout is meant, where it has several. */
export interface Selection {
  readonly digest?: Digest | undefined
  /** The annotation `org.opencontainers.image.ref.name`. */
  readonly name?: string | undefined
}

const blobsReadAtATime = 4

/**
 * Opens a layout and reads its manifests.
 * @throws ConfigurationError when it is no layout, or not one of exactly one image as selected,
 * GateError when it is not the image of that digest or a manifest was changed.
 */
export async function openLayout(path: string, selection: Selection = {}): Promise<Layout> {
  const root = await readLayoutIndex(path, selection)
  const { entries, images } = await readTree(path, root)
  return {
    path,
    root,
    digest: root.digest,
    walk: () => entries,
    images,
    platforms: images.map(({ config }) => formatPlatform(config.platform)),
    sizeBytes: entries.reduce((sum, { descriptor }) => sum + descriptor.size, 0),
    blobPath: (digest) => blobPath(path, digest),
    verify: (signal) =>
      forEachBounded(entries, { limit: blobsReadAtATime, signal }, ({ descriptor }, stop) =>
        verifyBlob(path, descriptor, stop),
      ),
  }
}
