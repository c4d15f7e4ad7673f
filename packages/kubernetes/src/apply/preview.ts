import { mapBounded } from '@oke-pipeline/core'
import { hasStatus, isRefusal } from '../client/api-error.ts'
import type { ApiError } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import { liveObjects } from '../client/live-objects.ts'
import type { LiveObjects } from '../client/live-objects.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { identityOf, referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { formerManagersOf, isFormerManager, outcomeOfAdoption } from './adoption.ts'
import { checkDeletable } from './delete-objects.ts'
import { conflictsIn } from './field-conflict.ts'
import type { FieldConflict } from './field-conflict.ts'
import { reasonsToRecreate } from './immutable-fields.ts'
import { isApplied } from './is-applied.ts'
import { isSameState } from './live-state.ts'
import { objectsAtATime } from './objects-at-a-time.ts'
import { refusedPods } from './pod-admission.ts'
import type { ApplyPolicy } from './policy.ts'
import { refusalOf } from './refusal.ts'
import type { Refusal } from './refusal.ts'
import { leftToAutoscaler } from './scaled-replicas.ts'

/** What applying an object can do; a Job cannot be changed, only made anew. */
export const changes = ['created', 'changed', 'replaced', 'unchanged'] as const

/** What applying an object will do. */
export type Change = (typeof changes)[number]

/** An object, what applying it will do, and what is there now. */
export interface PreviewedObject {
  readonly manifest: Manifest
  readonly change: Change
  readonly live: KubernetesObject | undefined
  /** What the server would make of it; undefined where nothing is there that it is to change. */
  readonly outcome: KubernetesObject | undefined
  /** Fields that others have set to another value, and that will be ours. */
  readonly conflicts: readonly FieldConflict[]
  /** Tools that made the object, and all of whose fields will be ours: `helm`. */
  readonly formerManagers: readonly string[]
  /** What the server warns of in it; absent where it was not asked. */
  readonly warnings?: readonly string[]
  /** Fields that cannot be changed, and because of which it is replaced: `spec.selector`. */
  readonly immutableFields?: readonly string[]
}

/** What else the preview makes sure of. */
export interface PreviewOptions {
  readonly policy: ApplyPolicy
  /** That objects that are created could be deleted again, should they have to be rolled back. */
  readonly mustBeDeletable: boolean
}

/**
 * Asks the server what applying each object would do, without doing it.
 * @throws {@link ConfigurationError} that lists every object that the server would refuse.
 */
export async function previewObjects(
  cluster: Cluster,
  manifests: readonly Manifest[],
  options: PreviewOptions,
): Promise<readonly PreviewedObject[]> {
  const live = await liveObjects(
    cluster,
    manifests.map(({ object }) => referenceOf(object)),
  )
  const mayDelete = deletability(cluster)
  const asking = { cluster, policy: options.policy }
  const outcomes = await mapBounded(manifests, { limit: objectsAtATime }, (manifest) =>
    previewOrRefusal(
      asking,
      subjectOf(manifest, live),
      options.mustBeDeletable ? mayDelete : undefined,
    ),
  )
  const previewed = outcomes.filter((outcome) => 'change' in outcome)
  const refusals = [
    ...outcomes.filter((outcome) => 'refusal' in outcome),
    ...(await refusedPods(cluster, toBeApplied(previewed))),
  ]
  if (refusals.length > 0) throw refusalOf(refusals, manifests.length)
  return previewed
}

function toBeApplied(objects: readonly PreviewedObject[]): readonly Manifest[] {
  return objects.filter(({ change }) => change !== 'unchanged').map(({ manifest }) => manifest)
}

/** A manifest, and what is there now. */
interface Subject {
  readonly manifest: Manifest
  readonly live: KubernetesObject | undefined
  /** Why what is there now may not be read. */
  readonly refusal: ApiError | undefined
}

function subjectOf(manifest: Manifest, { found, refused }: LiveObjects): Subject {
  const identity = identityOf(referenceOf(manifest.object))
  return { manifest, live: found.get(identity), refusal: refused.get(identity) }
}

/** Who is asked, and how. */
interface Asking {
  readonly cluster: Cluster
  readonly policy: ApplyPolicy
}

async function previewOrRefusal(
  asking: Asking,
  subject: Subject,
  mayDelete: ((object: KubernetesObject) => Promise<void>) | undefined,
): Promise<PreviewedObject | Refusal> {
  const { manifest, refusal } = subject
  if (refusal !== undefined) return { manifest, refusal }
  try {
    const previewed = await preview(asking, subject)
    if (previewed.change === 'created') await mayDelete?.(manifest.object)
    return previewed
  } catch (error) {
    if (!isRefusal(error)) throw error
    return { manifest, refusal: error }
  }
}

/**
 * Asks once for each kind and namespace whether an object could be deleted again, should it have
 * to be rolled back: the answer comes from the role, not from the object.
 */
function deletability(cluster: Cluster): (object: KubernetesObject) => Promise<void> {
  const asked = new Map<string, Promise<void>>()
  return (object) => {
    const { apiVersion, kind, metadata } = object
    const key = [apiVersion, kind, metadata.namespace ?? ''].join(' ')
    const answer = asked.get(key) ?? checkDeletable(cluster, [referenceOf(object)])
    asked.set(key, answer)
    return answer
  }
}

async function preview(asking: Asking, { manifest, live }: Subject): Promise<PreviewedObject> {
  const { object } = manifest
  if ((await asking.cluster.resourceOf(object)) === undefined) {
    // Its definition is among the manifests, and will be there when its turn comes.
    return { manifest, change: 'created', live: undefined, outcome: undefined, ...untouched }
  }
  try {
    return await previewApplying(asking, manifest, live)
  } catch (error) {
    if (live === undefined || !hasStatus(error, 422)) throw error
    // A Job cannot be changed at all: that it is made anew needs no permission.
    const policy = object.kind === 'Job' ? { ...asking.policy, isRecreating: true } : asking.policy
    const immutableFields = reasonsToRecreate(error, object.kind, policy)
    if (object.kind !== 'Job' && immutableFields.length === 0) throw error
    await asking.cluster.delete(referenceOf(object), { isDryRun: true })
    return { manifest, change: 'replaced', live, outcome: undefined, ...untouched, immutableFields }
  }
}

/** Nobody else has anything to do with the object. */
const untouched = { conflicts: [], formerManagers: [] }

async function previewApplying(
  asking: Asking,
  manifest: Manifest,
  live: KubernetesObject | undefined,
): Promise<PreviewedObject> {
  const object = leftToAutoscaler(manifest.object, live)
  if (live !== undefined && isApplied(object, live)) {
    return { manifest, change: 'unchanged', live, outcome: live, ...untouched }
  }
  const { applied, conflicts, warnings } = await tryOut(asking, object)
  if (live === undefined) {
    // What it would be like is known from the manifest: thousands of answers are not kept for that.
    const known = { manifest, live, outcome: undefined, conflicts, warnings }
    return { ...known, change: 'created', formerManagers: [] }
  }
  const formerManagers = formerManagersOf(live)
  const outcome =
    formerManagers.length === 0 ? applied : await outcomeOfAdoption(asking.cluster, live, applied)
  if (isSameState(live, outcome)) {
    return { manifest, change: 'unchanged', live, outcome, ...untouched, warnings }
  }
  return { manifest, change: 'changed', live, outcome, conflicts, formerManagers, warnings }
}

/** What a dry run came to, as long as nothing has been taken over. */
interface Trial {
  readonly applied: KubernetesObject
  readonly conflicts: readonly FieldConflict[]
  readonly warnings: readonly string[]
}

async function tryOut({ cluster, policy }: Asking, object: KubernetesObject): Promise<Trial> {
  const warnings = new Set<string>()
  const dryRun = { isDryRun: true, onWarning: (message: string) => void warnings.add(message) }
  try {
    const applied = await cluster.apply(object, { ...dryRun, isForced: false })
    return { applied, conflicts: [], warnings: [...warnings] }
  } catch (error) {
    const found = hasStatus(error, 409) ? conflictsIn(error) : []
    const conflicts = found.filter((one) => !isFormerManager(one.manager, one.subresource))
    if (found.length === 0 || (conflicts.length > 0 && !policy.isForced)) throw error
    const applied = await cluster.apply(object, { ...dryRun, isForced: true })
    return { applied, conflicts, warnings: [...warnings] }
  }
}
