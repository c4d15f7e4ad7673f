import { gunzipSync, gzipSync } from 'node:zlib'
import { ConfigurationError, ServiceError } from '@oke-pipeline/core'
import * as v from 'valibot'
import { fieldOf } from '../json.ts'
import { isKubernetesObject } from '../object.ts'
import type { KubernetesObject } from '../object.ts'

/** What becomes of a release; a pending one was interrupted, or is being deployed right now. */
const outcomes = ['pending', 'deployed', 'failed', 'rolled-back', 'superseded'] as const

const objectSchema = v.custom<KubernetesObject>(isKubernetesObject, 'not a Kubernetes object')

const beforeSchema = v.object({
  apiVersion: v.string(),
  kind: v.string(),
  name: v.string(),
  namespace: v.optional(v.string()),
  /** As it was before any release of ours touched it; null if there was none. */
  object: v.nullable(objectSchema),
})

const recordSchema = v.object({
  schema: v.literal('release/v1'),
  release: v.string(),
  revision: v.number(),
  outcome: v.picklist(outcomes),
  image: v.object({
    repository: v.string(),
    digest: v.string(),
    /** Every digest by which a container runtime may report the image. */
    observable: v.array(v.string()),
  }),
  objects: v.array(objectSchema),
  before: v.array(beforeSchema),
  source: v.object({
    repository: v.optional(v.string()),
    sha: v.optional(v.string()),
    runUrl: v.optional(v.string()),
    actor: v.optional(v.string()),
  }),
  startedAt: v.string(),
  finishedAt: v.optional(v.string()),
  previousRevision: v.optional(v.number()),
  /** Why it failed, in one line. */
  cause: v.optional(v.string()),
})

/** What a deployment leaves in the namespace: enough to roll back, to prune and to compare. */
export type ReleaseRecord = Readonly<v.InferOutput<typeof recordSchema>>

/** The state of an object before any release of ours touched it. */
export type StateBefore = Readonly<v.InferOutput<typeof beforeSchema>>

/** The type of the Secrets that hold records. */
const recordSecretType = 'oke-pipeline.dev/release.v1'

const managedBy = { 'app.kubernetes.io/managed-by': 'oke-pipeline' } as const

/** Kubernetes refuses Secrets with more than 1 MiB of data. */
const limitBytes = 1024 * 1024

const releaseLabel = 'oke-pipeline.dev/release'

/** Selects the Secrets of a release, or of every release. */
export function recordSelector(release: string | undefined): string {
  const ours = Object.entries(managedBy).map(([name, value]) => `${name}=${value}`)
  return [...ours, release === undefined ? releaseLabel : `${releaseLabel}=${release}`].join(',')
}

/** The name of the Secret of one revision. */
export function recordName(release: string, revision: number): string {
  return `oke-pipeline.${release}.v${revision}`
}

/**
 * The Secret that holds a record.
 * @throws {@link ConfigurationError} when the record is larger than a Secret may be.
 */
export function secretOf(record: ReleaseRecord, namespace: string): KubernetesObject {
  const packed = gzipSync(JSON.stringify(record))
  if (packed.byteLength > limitBytes) throw tooLarge(record, packed.byteLength)
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: recordName(record.release, record.revision),
      namespace,
      labels: {
        ...managedBy,
        [releaseLabel]: record.release,
        'oke-pipeline.dev/revision': record.revision.toFixed(0),
        'oke-pipeline.dev/outcome': record.outcome,
      },
    },
    type: recordSecretType,
    data: { release: packed.toString('base64') },
  }
}

function tooLarge(record: ReleaseRecord, bytes: number): ConfigurationError {
  return new ConfigurationError({
    title: `Release "${record.release}" is too large to be recorded`,
    explanation: `Its ${record.objects.length} objects take ${bytes} bytes compressed; a Secret holds ${limitBytes}.`,
    remedy: 'Deploy it as several releases: one step each, with its own manifests and "release".',
  })
}

/**
 * The record in a Secret.
 * @throws {@link ServiceError} when it cannot be read.
 */
export function recordIn(secret: KubernetesObject): ReleaseRecord {
  const data = fieldOf(secret, 'data', 'release')
  try {
    const json = gunzipSync(Buffer.from(typeof data === 'string' ? data : '', 'base64')).toString(
      'utf8',
    )
    return v.parse(recordSchema, JSON.parse(json))
  } catch (error) {
    const { name, namespace = '' } = secret.metadata
    throw new ServiceError({
      service: 'release history',
      title: `The release record "${name}" in the namespace "${namespace}" cannot be read`,
      explanation: 'Something changed the Secret, or a newer version of oke-pipeline wrote it.',
      remedy: 'Use the newest version; if the Secret is damaged, delete it.',
      cause: error,
    })
  }
}
