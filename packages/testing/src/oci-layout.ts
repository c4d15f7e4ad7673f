import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { tarOf } from './tar.ts'

/** What the image of a test is made of. */
export interface LayoutContent {
  /** The layout's folder; made when it is not there. */
  readonly folder: string
  /** One layer for each: the files in it, by path. */
  readonly layers: readonly Readonly<Record<string, string | Uint8Array>>[]
  /** With several, the root is an index. */
  readonly platforms?: readonly string[]
  /** `config` of the image configuration: `{ Entrypoint: ['/app'] }`. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Whose media types are used. */
  readonly format?: 'oci' | 'docker'
  /** Adds an attestation for each platform to the index, as BuildKit does. */
  readonly hasAttestation?: boolean
  /** Annotations of the index. */
  readonly indexAnnotations?: Readonly<Record<string, string>>
}

/** A layout that was written. */
export interface WrittenLayout {
  readonly path: string
  readonly digest: string
  /** Digests of everything in `blobs`. */
  readonly blobs: readonly string[]
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

const types = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const

/** Writes a small, whole and valid OCI image layout: what a builder would have made. */
export async function writeLayout(content: LayoutContent): Promise<WrittenLayout> {
  const { folder, platforms = ['linux/amd64'], format = 'oci' } = content
  const blobs = new Map<string, Uint8Array>()
  const images = platforms.map((platform) => addImage(blobs, content, platform))
  if (content.hasAttestation === true) {
    images.push(...images.map((image) => addAttestation(blobs, image)))
  }
  const [first] = images
  if (first === undefined) throw new Error('A layout needs a platform')
  const root =
    images.length === 1
      ? { mediaType: first.mediaType, digest: first.digest, size: first.size }
      : addJson(blobs, types[format].index, {
          schemaVersion: 2,
          mediaType: types[format].index,
          manifests: images,
          ...(content.indexAnnotations === undefined
            ? {}
            : { annotations: content.indexAnnotations }),
        })
  await writeFiles(folder, root, blobs)
  return { path: folder, digest: root.digest, blobs: [...blobs.keys()] }
}

function addImage(
  blobs: Map<string, Uint8Array>,
  { layers, config = {}, format = 'oci' }: LayoutContent,
  platform: string,
): Descriptor {
  const [os = '', architecture = ''] = platform.split('/')
  const archives = layers.map((files) => tarOf(files))
  const { digest, size } = addJson(blobs, types[format].config, {
    os,
    architecture,
    config,
    rootfs: { type: 'layers', diff_ids: archives.map((archive) => digestOf(archive)) },
    history: archives.map(() => ({ created_by: 'test' })),
  })
  const manifest = addJson(blobs, types[format].manifest, {
    schemaVersion: 2,
    mediaType: types[format].manifest,
    config: { mediaType: types[format].config, digest, size },
    layers: archives.map((archive) => addBlob(blobs, types[format].layer, gzipSync(archive))),
  })
  return { ...manifest, platform: { os, architecture } }
}

/**
 * BuildKit's older form: an image without files whose layers are statements. They have no subject,
 * as those of an image without a name.
 */
function addAttestation(blobs: Map<string, Uint8Array>, { digest }: Descriptor): Descriptor {
  const platform = { os: 'unknown', architecture: 'unknown' }
  const predicateType = 'https://slsa.dev/provenance/v1'
  const statement = addJson(blobs, 'application/vnd.in-toto+json', {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType,
    subject: [],
    predicate: {
      buildDefinition: {
        buildType: 'https://example.invalid/build',
        externalParameters: { digest },
      },
      runDetails: { builder: { id: '' } },
    },
  })
  const config = addJson(blobs, types.oci.config, {
    ...platform,
    config: {},
    rootfs: { type: 'layers', diff_ids: [] },
  })
  const manifest = addJson(blobs, types.oci.manifest, {
    schemaVersion: 2,
    mediaType: types.oci.manifest,
    config,
    layers: [{ ...statement, annotations: { 'in-toto.io/predicate-type': predicateType } }],
  })
  const annotations = {
    'vnd.docker.reference.digest': digest,
    'vnd.docker.reference.type': 'attestation-manifest',
  }
  return { ...manifest, platform, annotations }
}

function addJson(blobs: Map<string, Uint8Array>, mediaType: string, value: unknown): Descriptor {
  // Indented: whoever writes it anew gets another digest.
  return addBlob(blobs, mediaType, Buffer.from(JSON.stringify(value, undefined, 3)))
}

function addBlob(blobs: Map<string, Uint8Array>, mediaType: string, bytes: Uint8Array): Descriptor {
  const digest = digestOf(bytes)
  blobs.set(digest, bytes)
  return { mediaType, digest, size: bytes.byteLength }
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

async function writeFiles(
  folder: string,
  root: Descriptor,
  blobs: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const directory = join(folder, 'blobs', 'sha256')
  await mkdir(directory, { recursive: true })
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  const index = { schemaVersion: 2, manifests: [root] }
  await writeFile(join(folder, 'index.json'), JSON.stringify(index))
  for (const [digest, bytes] of blobs) {
    await writeFile(join(directory, digest.replace('sha256:', '')), bytes)
  }
}
