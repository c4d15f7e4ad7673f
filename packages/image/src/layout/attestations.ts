import { rm } from 'node:fs/promises'
import * as v from 'valibot'
import type { Descriptor } from '../descriptor.ts'
import type { Digest } from '../digest.ts'
import { parseDocument } from '../json-document.ts'
import { openLayout } from '../layout.ts'
import type { Layout } from '../layout.ts'
import { parseManifest } from '../manifest.ts'
import { replaceRoot } from './layout-index.ts'
import { openReferrers } from './open-referrers.ts'
import { notALayout } from './problems.ts'
import type { LayoutEntry } from './read-tree.ts'
import { writeBlob } from './write-whole.ts'

/**
 * What BuildKit says of one platform: a manifest beside the platform's own in the index, of the
 * platform unknown/unknown, with a statement as each layer.
 * https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md
 */
export interface Attestation {
  /** The platform's manifest. */
  readonly subject: Descriptor
  readonly statements: readonly Descriptor[]
}

const typeAnnotation = 'vnd.docker.reference.type'
const subjectAnnotation = 'vnd.docker.reference.digest'

/** The attestations in the index of a layout; none, when its root is no index. */
export function attestationsIn(layout: Layout): readonly Attestation[] {
  const { attestations, images } = childrenOf(layout)
  return attestations.map((descriptor) => {
    const about = descriptor.annotations?.[subjectAnnotation]
    const subject = images.find(({ digest }) => digest === about)
    if (subject === undefined) throw strayAttestation(layout, descriptor, about)
    return { subject, statements: layersOf(layout, descriptor) }
  })
}

/**
 * Takes the attestations out of the index of a layout, and returns the layout as it is then: of
 * the one image, or of an index of the platforms, whose manifests stay what they are. BuildKit
 * without attestations would have written the same bytes. What is not referred to any more is
 * removed. What the attestations say has to be kept elsewhere before.
 */
export async function dropAttestations(layout: Layout): Promise<Layout> {
  const { attestations, images } = childrenOf(layout)
  const stranger = images.find(({ platform }) => platform?.os === 'unknown')
  if (stranger !== undefined) throw strayAttestation(layout, stranger, undefined)
  if (attestations.length === 0) return layout
  await replaceRoot(layout.path, layout.root, await cleanRoot(layout, images))
  const clean = await openLayout(layout.path)
  await removeStrayBlobs(layout, clean)
  return clean
}

interface Children {
  readonly attestations: readonly Descriptor[]
  readonly images: readonly Descriptor[]
}

function childrenOf(layout: Layout): Children {
  const root = manifestIn(layout, layout.digest)
  const manifest = parseManifest(root.bytes, root.descriptor.mediaType)
  const children = manifest.kind === 'index' ? manifest.manifests : []
  const isAttestation = ({ annotations }: Descriptor): boolean =>
    annotations?.[typeAnnotation] === 'attestation-manifest'
  return {
    attestations: children.filter(isAttestation),
    images: children.filter((child) => !isAttestation(child)),
  }
}

function layersOf(layout: Layout, { digest }: Descriptor): readonly Descriptor[] {
  const { bytes, descriptor } = manifestIn(layout, digest)
  const manifest = parseManifest(bytes, descriptor.mediaType)
  return manifest.kind === 'manifest' ? manifest.layers : []
}

function manifestIn(layout: Layout, digest: Digest): Extract<LayoutEntry, { kind: 'manifest' }> {
  const entry = layout.walk().find(({ descriptor }) => descriptor.digest === digest)
  if (entry?.kind === 'manifest') return entry
  throw new Error(`Layout "${layout.path}" has no manifest ${digest}`)
}

function strayAttestation(
  layout: Layout,
  { digest }: Descriptor,
  about: string | undefined,
): Error {
  return notALayout(
    layout.path,
    `Its index lists ${digest} for the platform unknown/unknown, which is about ${about ?? 'nothing'} and belongs to no image there.`,
  )
}

const indexSchema = v.record(v.string(), v.unknown())
const listSchema = v.object({ manifests: v.array(indexSchema) })
const annotatedSchema = v.object({ annotations: v.nullish(indexSchema, {}) })

/** An index of one platform is kept only where it says something itself. */
async function cleanRoot(layout: Layout, images: readonly Descriptor[]): Promise<Descriptor> {
  const { bytes, descriptor } = manifestIn(layout, layout.digest)
  const [first, ...others] = images
  const { annotations } = parseDocument(annotatedSchema, bytes)
  if (first !== undefined && others.length === 0 && Object.keys(annotations).length === 0) {
    const { mediaType, digest, size } = first
    return { mediaType, digest, size }
  }
  return writeBlob(layout.path, descriptor.mediaType, withManifests(bytes, images))
}

/**
 * Everything but the list is left as the builder wrote it, and it is indented as BuildKit does, so
 * that the digest is the one of a build without attestations.
 */
function withManifests(bytes: Uint8Array, wanted: readonly Descriptor[]): Uint8Array {
  const digests = new Set<unknown>(wanted.map(({ digest }) => digest))
  const { manifests } = parseDocument(listSchema, bytes)
  const index = {
    ...parseDocument(indexSchema, bytes),
    manifests: manifests.filter(({ digest }) => digests.has(digest)),
  }
  return Buffer.from(JSON.stringify(index, undefined, 2))
}

/** What the old root led to, and neither the new one nor a referrer does. */
async function removeStrayBlobs(before: Layout, after: Layout): Promise<void> {
  const referrers = await openReferrers(after)
  const entries = [...after.walk(), ...referrers.flatMap(({ entries }) => entries)]
  const kept = new Set(entries.map(({ descriptor }) => descriptor.digest))
  const digests = before.walk().map(({ descriptor }) => descriptor.digest)
  const stray = digests.filter((digest) => !kept.has(digest))
  await Promise.all(stray.map((digest) => rm(after.blobPath(digest), { force: true })))
}
