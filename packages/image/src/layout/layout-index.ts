import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCodeOf } from '@oke-pipeline/core'
import * as v from 'valibot'
import { descriptorSchema } from '../descriptor.ts'
import type { Descriptor } from '../descriptor.ts'
import type { Digest } from '../digest.ts'
import { MalformedDocument, parseDocument } from '../json-document.ts'
import { isIndexType, isManifestType } from '../media-types.ts'
import { notALayout, notTheImage } from './problems.ts'
import { writeWhole } from './write-whole.ts'

const versionSchema = v.object({ imageLayoutVersion: v.literal('1.0.0') })
const indexSchema = v.object({ manifests: v.nullish(v.array(descriptorSchema), []) })

const nameAnnotation = 'org.opencontainers.image.ref.name'

/** Finds the one image that is meant among those that `index.json` of a layout lists. */
export async function readLayoutIndex(
  path: string,
  selection: { readonly digest?: Digest | undefined; readonly name?: string | undefined },
): Promise<Descriptor> {
  await readJson(path, 'oci-layout', versionSchema)
  const { manifests } = await readJson(path, 'index.json', indexSchema)
  const roots = manifests.filter(
    ({ mediaType }) => isIndexType(mediaType) || isManifestType(mediaType),
  )
  const named = roots.filter((root) => isNamed(root, selection.name))
  if (selection.digest !== undefined) return ofDigest(path, selection.digest, named)
  return theOnly(path, named, roots)
}

function isNamed({ annotations }: Descriptor, name: string | undefined): boolean {
  return name === undefined || annotations?.[nameAnnotation] === name
}

function ofDigest(path: string, digest: Digest, roots: readonly Descriptor[]): Descriptor {
  const found = roots.find((root) => root.digest === digest)
  if (found !== undefined) return found
  throw notTheImage(
    path,
    digest,
    roots.map((root) => root.digest),
  )
}

function theOnly(
  path: string,
  named: readonly Descriptor[],
  roots: readonly Descriptor[],
): Descriptor {
  // The same image may be listed under several names.
  const [first, ...others] = named
  if (first !== undefined && others.every(({ digest }) => digest === first.digest)) return first
  const listed = roots
    .map(({ digest, annotations }) => `${digest} ${annotations?.[nameAnnotation] ?? ''}`.trim())
    .join(', ')
  throw notALayout(
    path,
    first === undefined
      ? `Its index.json lists no such image (it lists: ${listed || 'none'}).`
      : `Its index.json lists several images: ${listed}. Which one is meant?`,
  )
}

async function readJson<Schema extends v.GenericSchema>(
  path: string,
  name: string,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  try {
    return parseDocument(schema, await readFile(join(path, name)))
  } catch (error) {
    if (error instanceof MalformedDocument) {
      throw notALayout(path, `Its file "${name}" is malformed: ${error.message}.`, error)
    }
    if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) {
      throw notALayout(path, `There is no OCI image layout: it has no file "${name}".`, error)
    }
    throw error
  }
}

const rawIndexSchema = v.record(v.string(), v.unknown())
const rawListSchema = v.object({ manifests: v.array(v.record(v.string(), v.unknown())) })

/** Lists another root in `index.json` wherever the old one was, under the same names. */
export async function replaceRoot(
  path: string,
  { digest: old }: Descriptor,
  { mediaType, digest, size }: Descriptor,
): Promise<void> {
  const index = await readJson(path, 'index.json', rawIndexSchema)
  const { manifests } = await readJson(path, 'index.json', rawListSchema)
  const replaced = manifests.map((root) =>
    root.digest === old ? { ...root, mediaType, digest, size } : root,
  )
  const text = JSON.stringify({ ...index, manifests: replaced })
  await writeWhole(join(path, 'index.json'), Buffer.from(text))
}
