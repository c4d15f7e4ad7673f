import * as v from 'valibot'
import { isKubernetesObject } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { sourceSchema } from './release-source.ts'

/**
 * What becomes of a release. A pending one was interrupted, or is being deployed right now; one
 * that was abandoned ended before any of its objects was applied.
 */
const outcomes = [
  'pending',
  'deployed',
  'failed',
  'rolled-back',
  'superseded',
  'abandoned',
] as const

const objectSchema = v.custom<KubernetesObject>(isKubernetesObject, 'not a Kubernetes object')

const beforeSchema = v.object({
  apiVersion: v.string(),
  kind: v.string(),
  name: v.string(),
  namespace: v.optional(v.string()),
  /** As it was before any release of ours touched it; null if there was none. */
  object: v.nullable(objectSchema),
})

/** What is large in a record, and never changes. */
export const contentsSchema = v.object({
  objects: v.array(objectSchema),
  /** What was run with it, and is no part of it. */
  hooks: v.optional(v.array(objectSchema), []),
  before: v.array(beforeSchema),
})

/** Where the contents are, if not in the Secret of the record itself. */
const partsSchema = v.object({
  count: v.number(),
  /** Of all parts together, compressed as they are. */
  sha256: v.string(),
})

/** Everything else. */
const headEntries = {
  release: v.string(),
  revision: v.number(),
  outcome: v.picklist(outcomes),
  image: v.object({
    repository: v.string(),
    digest: v.string(),
    /** Every digest by which a container runtime may report the image. */
    observable: v.array(v.string()),
  }),
  source: sourceSchema,
  /** The newest run that wanted this release when it was in force already. */
  confirmedBy: v.optional(sourceSchema),
  startedAt: v.string(),
  finishedAt: v.optional(v.string()),
  previousRevision: v.optional(v.number()),
  /** Why it failed, in one line. */
  cause: v.optional(v.string()),
  parts: v.optional(partsSchema),
}

export const headSchema = v.object({ schema: v.literal('release/v2'), ...headEntries })

/** As it was until version 0.1: all in one. */
export const firstSchema = v.object({
  schema: v.literal('release/v1'),
  ...headEntries,
  ...contentsSchema.entries,
})

/** What a deployment leaves in the namespace: enough to roll back, to prune and to compare. */
export type ReleaseRecord = Readonly<
  v.InferOutput<typeof headSchema> & v.InferOutput<typeof contentsSchema>
>

/** The state of an object before any release of ours touched it. */
export type StateBefore = Readonly<v.InferOutput<typeof beforeSchema>>
