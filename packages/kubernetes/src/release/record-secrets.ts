import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { ConfigurationError, ServiceError } from '@oke-pipeline/core'
import * as v from 'valibot'
import { fieldOf } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { contentsSchema, firstSchema, headSchema } from './record.ts'
import type { ReleaseRecord } from './record.ts'

/** The type of the Secrets that hold records, whatever their schema: it cannot be changed later. */
const recordSecretType = 'oke-pipeline.dev/release.v1'

const managedBy = { 'app.kubernetes.io/managed-by': 'oke-pipeline' } as const

/** Kubernetes refuses Secrets with more than 1 MiB of data. */
const partBytes = 1_000_000

/** Enough for any release that an API server could hold with ease. */
const mostParts = 16

const releaseLabel = 'oke-pipeline.dev/release'
const revisionLabel = 'oke-pipeline.dev/revision'
const partLabel = 'oke-pipeline.dev/part'

/** Selects the Secrets of a release, or of every release. */
export function recordSelector(release: string | undefined): string {
  const ours = Object.entries(managedBy).map(([name, value]) => `${name}=${value}`)
  return [...ours, release === undefined ? releaseLabel : `${releaseLabel}=${release}`].join(',')
}

/** Which revision a Secret belongs to, and whether it is that of the record or a part of it. */
export function revisionOf(secret: KubernetesObject): {
  readonly revision: number
  readonly isPart: boolean
} {
  const { labels = {} } = secret.metadata
  return { revision: Number(labels[revisionLabel] ?? ''), isPart: partLabel in labels }
}

function recordName({ release, revision }: Pick<ReleaseRecord, 'release' | 'revision'>): string {
  return `oke-pipeline.${release}.v${revision}`
}

function partName(record: Pick<ReleaseRecord, 'release' | 'revision'>, part: number): string {
  return `${recordName(record)}.part${part}`
}

/** A record as Secrets: its parts never change, and have to be there before it is. */
export interface RecordSecrets {
  /** As it will be read again. */
  readonly record: ReleaseRecord
  readonly head: KubernetesObject
  readonly parts: readonly KubernetesObject[]
}

/**
 * The Secrets of a record; without parts when those are stored already, or all fits into one.
 * @throws {@link ConfigurationError} when it is larger than we store.
 */
export function secretsOf(record: ReleaseRecord, namespace: string): RecordSecrets {
  if (record.parts !== undefined) {
    return { record, head: headSecret(record, namespace, {}), parts: [] }
  }
  const { objects, hooks, before } = record
  const contents = gzipSync(JSON.stringify({ objects, hooks, before }))
  if (contents.byteLength + headOf(record).byteLength <= partBytes) {
    return { record, head: headSecret(record, namespace, { contents }), parts: [] }
  }
  const count = Math.ceil(contents.byteLength / partBytes)
  if (count > mostParts) throw tooLarge(record, contents.byteLength)
  const split = { ...record, parts: { count, sha256: sha256(contents) } }
  return {
    record: split,
    head: headSecret(split, namespace, {}),
    parts: Array.from({ length: count }, (_, index) =>
      partSecret(split, namespace, {
        part: index + 1,
        bytes: contents.subarray(index * partBytes, (index + 1) * partBytes),
      }),
    ),
  }
}

function headOf(record: ReleaseRecord): Buffer {
  return gzipSync(
    JSON.stringify({ ...record, objects: undefined, hooks: undefined, before: undefined }),
  )
}

function headSecret(
  record: ReleaseRecord,
  namespace: string,
  { contents }: { readonly contents?: Buffer },
): KubernetesObject {
  return secret(
    { name: recordName(record), namespace },
    { ...labelsOf(record), 'oke-pipeline.dev/outcome': record.outcome },
    {
      release: headOf(record).toString('base64'),
      ...(contents === undefined ? {} : { contents: contents.toString('base64') }),
    },
  )
}

function partSecret(
  record: ReleaseRecord,
  namespace: string,
  { part, bytes }: { readonly part: number; readonly bytes: Buffer },
): KubernetesObject {
  return secret(
    { name: partName(record, part), namespace },
    { ...labelsOf(record), [partLabel]: part.toFixed(0) },
    { contents: bytes.toString('base64') },
  )
}

function labelsOf({ release, revision }: ReleaseRecord): Readonly<Record<string, string>> {
  return { ...managedBy, [releaseLabel]: release, [revisionLabel]: revision.toFixed(0) }
}

function secret(
  name: { readonly name: string; readonly namespace: string },
  labels: Readonly<Record<string, string>>,
  data: Readonly<Record<string, string>>,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...name, labels },
    type: recordSecretType,
    data,
  }
}

function tooLarge(record: ReleaseRecord, bytes: number): ConfigurationError {
  return new ConfigurationError({
    title: `Release "${record.release}" is too large to be recorded`,
    explanation: `Its ${record.objects.length} objects take ${bytes} bytes compressed; a record holds ${partBytes * mostParts}. Nothing has been changed.`,
    remedy: 'Deploy it as several releases: one step each, with its own manifests and "release".',
  })
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * The records in Secrets. Parts whose record is missing are what an interrupted run has left.
 * @throws {@link ServiceError} when one cannot be read.
 */
export function recordsIn(secrets: readonly KubernetesObject[]): readonly ReleaseRecord[] {
  const byName = new Map(secrets.map((found) => [found.metadata.name, found]))
  return secrets.filter((found) => !revisionOf(found).isPart).map((head) => recordIn(head, byName))
}

function recordIn(
  head: KubernetesObject,
  others: ReadonlyMap<string, KubernetesObject>,
): ReleaseRecord {
  try {
    const json = unpacked(bytesIn(head, 'release'))
    return isFirst(json) ? fromFirst(json) : fromSecond(json, head, others)
  } catch (error) {
    const { name, namespace = '' } = head.metadata
    throw new ServiceError({
      service: 'release history',
      title: `The release record "${name}" in the namespace "${namespace}" cannot be read`,
      explanation:
        'Something changed or deleted its Secrets, or a newer version of oke-pipeline wrote it.',
      remedy: 'Use the newest version; if the Secret is damaged, delete it.',
      cause: error,
    })
  }
}

function isFirst(json: unknown): boolean {
  return (
    typeof json === 'object' && json !== null && 'schema' in json && json.schema === 'release/v1'
  )
}

function fromFirst(json: unknown): ReleaseRecord {
  return { ...v.parse(firstSchema, json), schema: 'release/v2' }
}

function fromSecond(
  json: unknown,
  head: KubernetesObject,
  others: ReadonlyMap<string, KubernetesObject>,
): ReleaseRecord {
  const record = v.parse(headSchema, json)
  const packed =
    record.parts === undefined ? bytesIn(head, 'contents') : joined(record, record.parts, others)
  return { ...record, ...v.parse(contentsSchema, unpacked(packed)) }
}

function joined(
  record: Pick<ReleaseRecord, 'release' | 'revision'>,
  { count, sha256: wanted }: NonNullable<ReleaseRecord['parts']>,
  others: ReadonlyMap<string, KubernetesObject>,
): Buffer {
  const names = Array.from({ length: count }, (_, index) => partName(record, index + 1))
  const missing = names.filter((name) => !others.has(name))
  if (missing.length > 0) throw new Error(`Without ${missing.join(', ')}`)
  const bytes = Buffer.concat(names.map((name) => bytesIn(others.get(name), 'contents')))
  if (sha256(bytes) !== wanted) throw new Error('Its parts are not those that were written')
  return bytes
}

function bytesIn(found: KubernetesObject | undefined, key: string): Buffer {
  const data = fieldOf(found, 'data', key)
  return Buffer.from(typeof data === 'string' ? data : '', 'base64')
}

function unpacked(bytes: Buffer): unknown {
  return JSON.parse(gunzipSync(bytes).toString('utf8'))
}
