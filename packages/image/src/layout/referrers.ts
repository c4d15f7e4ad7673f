import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCodeOf } from '@oke-pipeline/core'
import * as v from 'valibot'
import { descriptorSchema } from '../descriptor.ts'
import type { Descriptor } from '../descriptor.ts'
import { MalformedDocument, parseDocument } from '../json-document.ts'
import { notALayout } from './problems.ts'
import { writeBlob, writeWhole } from './write-whole.ts'

/** Content about an image, such as a statement, that is to be kept with it. */
export interface Artifact {
  /** What kind of content this is; a media type. */
  readonly artifactType: string
  /** The image that it is about. */
  readonly subject: Descriptor
  readonly content: ArtifactContent
  /** Repeated in the list of referrers, so that a reader can choose without fetching. */
  readonly annotations?: Readonly<Record<string, string>>
}

/** The bytes of an artifact. */
export interface ArtifactContent {
  readonly mediaType: string
  readonly bytes: Uint8Array
  /** The name of the file that tools such as oras write it to; without one, they leave it out. */
  readonly title?: string
}

/**
 * The file of a layout that lists the referrers of its image: an image index, as a registry
 * answers a request for referrers. They are not in `index.json`, since skopeo, Grype and crane
 * take only a layout that lists exactly one image there.
 */
export const referrersFile = 'referrers.json'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const emptyConfig = Buffer.from('{}')

const indexSchema = v.object({ manifests: v.array(descriptorSchema) })

/**
 * Keeps an artifact in a layout as a referrer of its subject (OCI image specification v1.1,
 * "Guidelines for Artifact Usage"), and returns the descriptor of its manifest. The same artifact
 * again changes nothing.
 */
export async function addReferrer(layout: string, artifact: Artifact): Promise<Descriptor> {
  const { artifactType, annotations = {} } = artifact
  const manifest = Buffer.from(JSON.stringify(await manifestOf(layout, artifact)))
  const descriptor = await writeBlob(layout, manifestType, manifest)
  const stored = { ...descriptor, artifactType, annotations }
  const others = (await readReferrers(layout)).filter(({ digest }) => digest !== stored.digest)
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [...others, stored],
  }
  await writeWhole(join(layout, referrersFile), Buffer.from(JSON.stringify(index)))
  return stored
}

async function manifestOf(layout: string, artifact: Artifact): Promise<object> {
  const { artifactType, content, annotations = {} } = artifact
  const { mediaType, digest, size } = artifact.subject
  return {
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType,
    config: await writeBlob(layout, 'application/vnd.oci.empty.v1+json', emptyConfig),
    layers: [await writeContent(layout, content)],
    subject: { mediaType, digest, size },
    annotations,
  }
}

async function writeContent(
  layout: string,
  { mediaType, bytes, title }: ArtifactContent,
): Promise<Descriptor> {
  const blob = await writeBlob(layout, mediaType, bytes)
  if (title === undefined) return blob
  return { ...blob, annotations: { 'org.opencontainers.image.title': title } }
}

/**
 * The manifests of the artifacts that are kept with the image of a layout.
 * @throws ConfigurationError when the list is malformed.
 */
export async function readReferrers(layout: string): Promise<readonly Descriptor[]> {
  const bytes = await readFile(join(layout, referrersFile)).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (bytes === undefined) return []
  try {
    return parseDocument(indexSchema, bytes).manifests
  } catch (error) {
    if (!(error instanceof MalformedDocument)) throw error
    throw notALayout(layout, `Its ${referrersFile} is malformed: ${error.message}.`, error)
  }
}
