import { createHash } from 'node:crypto'
import * as v from 'valibot'
import type { ObjectWarning } from '../apply/object-warnings.ts'
import { changes } from '../apply/preview.ts'
import type { PreviewedObject } from '../apply/preview.ts'
import { canonicalJson } from '../json.ts'
import type { Json } from '../json.ts'
import { namesPullSecret } from '../manifest/put-pull-secret.ts'
import type { NamedPullSecret } from '../manifest/put-pull-secret.ts'
import { referenceOf } from '../object.ts'
import type { ObjectReference } from '../object.ts'
import type { ReleasePlan } from '../release/plan-release.ts'
import { formatFieldPath } from './field-changes.ts'
import { changesOf } from './planned-object.ts'

const referenceSchema = {
  apiVersion: v.string(),
  kind: v.string(),
  name: v.string(),
  namespace: v.optional(v.string()),
}

const jsonSchema = v.custom<Json>((value) => value !== undefined, 'no JSON value')

const fieldSchema = v.strictObject({
  /** Empty for the whole of an object that is created. */
  path: v.string(),
  before: v.optional(jsonSchema),
  after: v.optional(jsonSchema),
})

const objectSchema = v.strictObject({
  ...referenceSchema,
  change: v.picklist(changes),
  /** The file that the object is written in; empty where none is known. */
  file: v.string(),
  fields: v.array(fieldSchema),
  /** Fields of other managers that become ours. */
  conflicts: v.array(v.strictObject({ field: v.string(), manager: v.string() })),
  /** Those that made the object before, and whose fields all become ours. */
  takenOverFrom: v.array(v.string()),
  /** Because of which it is replaced, since they cannot be changed. */
  immutableFields: v.optional(v.array(v.string()), []),
  /** Whether the server knows its kind only once the release is applied, and was not asked. */
  isUnchecked: v.optional(v.boolean(), false),
  /** Of a Secret that changes: its values are not in the plan, so this tells that they are others. */
  resourceVersion: v.optional(v.string()),
})

const warningSchema = v.strictObject({
  ...referenceSchema,
  file: v.string(),
  line: v.optional(v.number()),
  message: v.string(),
})

/** A plan as it is written to a file. */
export const planSchema = v.strictObject({
  schema: v.literal('oke-pipeline/plan/v1'),
  release: v.string(),
  namespace: v.string(),
  image: v.strictObject({ repository: v.string(), digest: v.string() }),
  /** The release in force, which the plan starts from; none before the first. */
  base: v.optional(v.strictObject({ revision: v.number(), digest: v.string() })),
  /** Written before anything is applied, with a login that is no part of the plan. */
  pullSecret: v.optional(
    v.strictObject({
      name: v.string(),
      registry: v.string(),
      change: v.picklist(['created', 'renewed']),
      /** The workloads and hooks whose pods pull with it. */
      namedIn: v.array(v.strictObject(referenceSchema)),
    }),
  ),
  objects: v.array(objectSchema),
  deleted: v.array(v.strictObject(referenceSchema)),
  /** What the server warns of; no part of the hash, since a warning changes nothing. */
  warnings: v.optional(v.array(warningSchema), []),
  /** Jobs that run before or after; the hash tells whether they are the same ones. */
  hooks: v.array(v.strictObject({ ...referenceSchema, hash: v.string() })),
})

/** What deploying a release would do, without anything that nobody is to see. */
export type Plan = Readonly<v.InferOutput<typeof planSchema>>

/** An object of a plan, and what is to become of it. */
export type PlannedObject = Plan['objects'][number]

type PlannedWarning = Plan['warnings'][number]

/** A pull secret that a deployment writes. */
export interface PullSecretToWrite extends NamedPullSecret {
  /** Whether it is there, and gets another login only. */
  readonly isThere: boolean
}

/** Writes down what deploying a release would do; the same plan is the same text at any time. */
export function planDocument(plan: ReleasePlan, pullSecret?: PullSecretToWrite): Plan {
  const { release, current, objects, leftovers, hooks } = plan
  const { repository, digest } = release.image
  return {
    schema: 'oke-pipeline/plan/v1',
    release: release.address.release,
    namespace: release.address.namespace,
    image: { repository, digest },
    ...(current === undefined
      ? {}
      : { base: { revision: current.revision, digest: current.image.digest } }),
    ...(pullSecret === undefined ? {} : { pullSecret: plannedPullSecret(plan, pullSecret) }),
    objects: objects.map(plannedObject),
    deleted: leftovers.map(plainReference),
    warnings: plan.warnings.map(plannedWarning),
    hooks: hooks.map((hook) => ({ ...plainReference(referenceOf(hook)), hash: hashOf(hook) })),
  }
}

function plannedPullSecret(
  { objects, hooks }: ReleasePlan,
  { name, registry, isThere }: PullSecretToWrite,
): NonNullable<Plan['pullSecret']> {
  const all = [...objects.map(({ manifest }) => manifest.object), ...hooks]
  const naming = all.filter((object) => namesPullSecret(object, name))
  return {
    name,
    registry,
    change: isThere ? 'renewed' : 'created',
    namedIn: naming.map((object) => plainReference(referenceOf(object))),
  }
}

function plannedObject(previewed: PreviewedObject): PlannedObject {
  const { manifest, change, conflicts, formerManagers, live, outcome } = previewed
  const { immutableFields = [] } = previewed
  const isChangedSecret = manifest.object.kind === 'Secret' && change !== 'unchanged'
  const resourceVersion = isChangedSecret ? live?.metadata.resourceVersion : undefined
  return {
    ...plainReference(referenceOf(manifest.object)),
    change,
    file: manifest.place.file,
    fields: changesOf(previewed).map(({ path, before, after }) => ({
      path: formatFieldPath(path),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    })),
    conflicts: conflicts.map(({ field, manager }) => ({ field, manager })),
    takenOverFrom: [...formerManagers],
    immutableFields: [...immutableFields],
    isUnchecked: change === 'created' && outcome === undefined,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
}

function plannedWarning({ manifest: { object, place }, message }: ObjectWarning): PlannedWarning {
  const { file, line } = place
  const reference = plainReference(referenceOf(object))
  return { ...reference, file, ...(line === undefined ? {} : { line }), message }
}

function plainReference({ apiVersion, kind, name, namespace }: ObjectReference): {
  apiVersion: string
  kind: string
  name: string
  namespace?: string
} {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }
}

/**
 * What names a plan: `sha256:…` of what it does. Who names a pull secret is in the objects; whether
 * it is there already changes nothing, as another release of the namespace may write it, too.
 */
export function planHash({ pullSecret, ...plan }: Plan): string {
  const secret = pullSecret && { name: pullSecret.name, registry: pullSecret.registry }
  return hashOf(asJson({ ...plan, pullSecret: secret, warnings: undefined }))
}

function hashOf(value: Json): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`
}

/** Valibot's types of a plan are wider than JSON by `undefined` alone, which JSON leaves out. */
function asJson(plan: Readonly<Record<string, unknown>>): Json {
  return JSON.parse(JSON.stringify(plan)) as Json
}

/** Whether a plan changes nothing, but for the login of a pull secret. */
export function isEmptyPlan({ objects, deleted, pullSecret }: Plan): boolean {
  return (
    deleted.length === 0 &&
    pullSecret?.change !== 'created' &&
    objects.every(({ change }) => change === 'unchanged')
  )
}
