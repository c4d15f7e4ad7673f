import * as v from 'valibot'
import { descriptorSchema } from './descriptor.ts'
import type { Descriptor } from './descriptor.ts'
import { MalformedDocument, parseDocument } from './json-document.ts'
import { isIndexType, isManifestType } from './media-types.ts'

/** What a root or child descriptor of an image leads to. */
export type Manifest = ImageManifest | ImageIndex

/** One image: its configuration and layers (OCI image specification v1.1, "Image Manifest"). */
export interface ImageManifest {
  readonly kind: 'manifest'
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

/** Several images, commonly one a platform (OCI image specification v1.1, "Image Index"). */
export interface ImageIndex {
  readonly kind: 'index'
  readonly manifests: readonly Descriptor[]
}

/** Larger manifests need not be taken by a registry (OCI distribution specification v1.1). */
export const largestManifestBytes = 4 * 1024 * 1024

const schema = v.object({
  schemaVersion: v.literal(2),
  mediaType: v.optional(v.string()),
  config: v.optional(descriptorSchema),
  layers: v.nullish(v.array(descriptorSchema)),
  manifests: v.nullish(v.array(descriptorSchema)),
})

type Document = v.InferOutput<typeof schema>

/**
 * Reads an image manifest or index, as the media type of its descriptor says.
 * @throws {@link MalformedDocument}, also for a document that could be taken for the other kind.
 */
export function parseManifest(bytes: Uint8Array, mediaType: string): Manifest {
  const document = parseDocument(schema, bytes)
  if (document.mediaType !== undefined && document.mediaType !== mediaType) {
    throw new MalformedDocument(`it is of type ${document.mediaType}, not ${mediaType}`)
  }
  if (isIndexType(mediaType)) return indexOf(document)
  if (isManifestType(mediaType)) return manifestOf(document)
  throw new MalformedDocument(`${mediaType} is neither an image manifest nor an image index`)
}

function indexOf({ manifests, config, layers }: Document): ImageIndex {
  if (config !== undefined || Array.isArray(layers)) {
    throw new MalformedDocument('it is an image index with the layers of an image')
  }
  return { kind: 'index', manifests: manifests ?? [] }
}

function manifestOf({ manifests, config, layers }: Document): ImageManifest {
  if (manifests !== undefined)
    throw new MalformedDocument('it is an image with manifests of an index')
  if (config === undefined) throw new MalformedDocument('it has no "config"')
  return { kind: 'manifest', config, layers: layers ?? [] }
}

const subjectSchema = v.object({ subject: v.fallback(v.optional(descriptorSchema), undefined) })

/** What a manifest is about, if it names that (OCI image specification v1.1, "subject"). */
export function subjectOf(manifest: Uint8Array): Descriptor | undefined {
  return parseDocument(subjectSchema, manifest).subject
}
