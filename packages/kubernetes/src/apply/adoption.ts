import { hasStatus } from '../client/api-error.ts'
import { fieldManager } from '../client/cluster.ts'
import type { Cluster, JsonPatchOperation } from '../client/cluster.ts'
import { isJsonObject } from '../json.ts'
import { referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { unionOf, withoutFields, withoutStep } from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { isOurEntry, managedFieldsOf } from './managed-fields.ts'
import type { ManagedFields } from './managed-fields.ts'

/**
 * Tools that write whole objects from files, by the names under which the server knows them. Once
 * we apply an object, nobody uses them for it any more, and what only they own would stay for ever.
 * What people and controllers do to single fields (`kubectl edit`, `scale`, `rollout restart`)
 * stays theirs.
 */
const formerManagers: Readonly<Record<ManagedFields['operation'], readonly string[]>> = {
  Update: [
    'kubectl-client-side-apply',
    'kubectl-create',
    'kubectl-replace',
    'kubectl',
    'before-first-apply',
    'helm',
    'kapp',
  ],
  Apply: ['kubectl', 'helm'],
}

/** Whether an entry is that of a tool whose place we take. */
function isFormer({ manager, operation, subresource }: ManagedFields): boolean {
  return (subresource ?? '') === '' && formerManagers[operation].includes(manager)
}

/** Whether somebody whom a conflict names is a tool whose place we take. */
export function isFormerManager(manager: string, subresource: string | undefined): boolean {
  const known = [...formerManagers.Update, ...formerManagers.Apply]
  return subresource === undefined && known.includes(manager)
}

/** The tools that made a live object, and whose place we take when we apply it. */
export function formerManagersOf(live: KubernetesObject): readonly string[] {
  const names = managedFieldsOf(live)
    .filter(isFormer)
    .map(({ manager }) => manager)
  return [...new Set(names)].sort()
}

/** Set by the server's own admission when an object is made: to drop them would undo protection. */
const neverOurs = [
  ['f:metadata', 'f:finalizers'],
  ['f:metadata', 'f:ownerReferences'],
]

/** What the former managers own, as far as we take it over. */
function adoptable(fields: FieldSet): FieldSet {
  return neverOurs.reduce(withoutStep, fields)
}

/**
 * The managed fields of an object once what its former managers own is ours: the migration of
 * `kubectl apply --server-side` (k8s.io/client-go/util/csaupgrade) for more managers. Undefined
 * when there is nothing to take over. Fields that were set by another version of the API cannot be
 * taken over: they are left to nobody.
 */
export function adoptedFields(
  managed: readonly ManagedFields[],
  apiVersion: string,
): readonly ManagedFields[] | undefined {
  const former = managed.filter(isFormer)
  const base =
    managed.find(isOurEntry) ??
    former.find((entry) => entry.apiVersion === apiVersion) ??
    former.at(-1)
  if (former.length === 0 || base === undefined) return undefined
  const ours: ManagedFields = {
    ...base,
    manager: fieldManager,
    operation: 'Apply',
    fieldsV1: former
      .filter((entry) => entry.apiVersion === base.apiVersion)
      .map((entry) => adoptable(entry.fieldsV1))
      .reduce(unionOf, isOurEntry(base) ? base.fieldsV1 : {}),
  }
  return [...managed.filter((entry) => entry !== base && !isFormer(entry)), ours]
}

const attempts = 5

/**
 * Makes what former managers own in a live object ours, so that applying it takes away what it no
 * longer has. Nothing but the managed fields changes, and only if nobody writes at the same time.
 */
export async function adopt(
  cluster: Cluster,
  object: KubernetesObject,
  live: KubernetesObject,
): Promise<void> {
  let current: KubernetesObject | undefined = live
  for (let attempt = 1; current !== undefined; attempt += 1) {
    const managed = adoptedFields(managedFieldsOf(current), object.apiVersion)
    if (managed === undefined) return
    try {
      await cluster.patch(referenceOf(object), replacing(managed, current))
      return
    } catch (error) {
      if (!hasStatus(error, 409) || attempt >= attempts) throw error
      current = await cluster.get(referenceOf(object))
    }
  }
}

function replacing(
  managed: readonly ManagedFields[],
  { metadata }: KubernetesObject,
): readonly JsonPatchOperation[] {
  return [
    { op: 'replace', path: '/metadata/managedFields', value: managed },
    // The server answers 409 when it is not the one that is there.
    { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion ?? '' },
  ]
}

/**
 * What applying will make of an object once it is adopted. The server can only be asked what it
 * makes of it before: that is `applied`. What the former managers own and nobody applies is taken
 * out of it here, and the server says what it makes of the rest.
 */
export async function outcomeOfAdoption(
  cluster: Cluster,
  live: KubernetesObject,
  applied: KubernetesObject,
): Promise<KubernetesObject> {
  const abandoned = managedFieldsOf(live)
    .filter(isFormer)
    .map(({ fieldsV1 }) => adoptable(fieldsV1))
    .reduce(unionOf, {})
  const kept = managedFieldsOf(applied)
    .filter((entry) => !isFormer(entry))
    .map(({ fieldsV1 }) => fieldsV1)
    .reduce(unionOf, {})
  const rest = withoutFields(applied, abandoned, kept)
  if (!isJsonObject(rest)) return applied
  return cluster.patch(referenceOf(applied), turning(live, { ...applied, ...rest }), {
    isDryRun: true,
  })
}

const partsOfMetadata = ['labels', 'annotations'] as const

/** The patch that makes one state of an object into another, part by part. */
function turning(live: KubernetesObject, wanted: KubernetesObject): readonly JsonPatchOperation[] {
  const parts = [...new Set([...Object.keys(live), ...Object.keys(wanted)])]
    .filter((name) => !['apiVersion', 'kind', 'metadata', 'status'].includes(name))
    .map((name) => ({ path: `/${name}`, from: live[name], to: wanted[name] }))
  const metadata = partsOfMetadata.map((name) => ({
    path: `/metadata/${name}`,
    from: live.metadata[name],
    to: wanted.metadata[name],
  }))
  return [...parts, ...metadata].flatMap(({ path, from, to }): JsonPatchOperation[] => {
    if (to !== undefined) return [{ op: 'add', path, value: to }]
    return from === undefined ? [] : [{ op: 'remove', path }]
  })
}
