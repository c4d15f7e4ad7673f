import { checkDeletable } from '../apply/delete-objects.ts'
import { withoutServerFields } from '../apply/live-state.ts'
import { objectWarnings } from '../apply/object-warnings.ts'
import type { ObjectWarning } from '../apply/object-warnings.ts'
import type { ApplyPolicy } from '../apply/policy.ts'
import { previewObjects } from '../apply/preview.ts'
import type { PreviewedObject } from '../apply/preview.ts'
import type { Cluster } from '../client/cluster.ts'
import { isHook } from '../hooks/hook.ts'
import { canonicalJson } from '../json.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { identityOf, referenceOf } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import { observe } from '../readiness/observe.ts'
import { goesByItself } from '../readiness/workload-state.ts'
import type { Endurance } from '../readiness/workload-state.ts'
import { refuseClaimed } from './claims.ts'
import { isRolledBack } from './failure-policy.ts'
import type { FailurePolicy } from './failure-policy.ts'
import { currentOf, nextRevision, readHistory, unfinishedOf } from './history.ts'
import type { ReleaseAddress } from './history.ts'
import { holdToCeiling, leftoversOf } from './leftovers.ts'
import { markedAsOurs } from './ours.ts'
import type { ReleaseRecord, StateBefore } from './record.ts'
import { refuseStages } from './refuse-stages.ts'
import type { ReleaseSource } from './release-source.ts'
import { refuseOlder } from './stale-source.ts'
import type { ReleaseImage } from './wanted-image.ts'

/** A release to deploy. */
export interface Release {
  readonly address: ReleaseAddress
  /** With the image put in, and in the namespace. */
  readonly manifests: readonly Manifest[]
  readonly image: ReleaseImage
  readonly source: ReleaseSource
  /** Whether it may be of an older commit than the release in force. */
  readonly mayBeOlder: boolean
  readonly timeoutSeconds: number
  readonly endurance: Endurance
  /** What is done when the release does not become ready. */
  readonly onFailure: FailurePolicy
  readonly policy: ApplyPolicy
}

/** What deploying a release will do; nothing has been changed yet. */
export interface ReleasePlan {
  readonly release: Release
  /** Newest first. */
  readonly history: readonly ReleaseRecord[]
  /** The release in force. */
  readonly current: ReleaseRecord | undefined
  readonly objects: readonly PreviewedObject[]
  /** What the server warns of in objects and hooks. */
  readonly warnings: readonly ObjectWarning[]
  /** What is run before or after, and is no part of the release. */
  readonly hooks: readonly KubernetesObject[]
  /** What earlier releases made and this one lacks. */
  readonly leftovers: readonly ObjectReference[]
  readonly revision: number
  /** Of the objects that the release in force does not have. */
  readonly before: readonly StateBefore[]
  /** Whether the release in force is the same, and nothing has drifted. */
  readonly isUnchanged: boolean
}

/**
 * Finds out what deploying a release will do, and that the cluster would allow all of it.
 * @throws {@link ConfigurationError} that lists every object that it would refuse.
 * @throws {@link GateError} when the release in force is of a newer commit.
 */
export async function planRelease(cluster: Cluster, release: Release): Promise<ReleasePlan> {
  const { address } = release
  refuseStages(release.manifests)
  const marked = release.manifests.map((manifest) => ({
    ...manifest,
    object: markedAsOurs(manifest.object, address.release),
  }))
  const wanted = marked.map(({ object }) => object)
  const history = await readHistory(cluster, address)
  const current = currentOf(history)
  if (!release.mayBeOlder) refuseOlder(release.source, current, address)
  const previewed = await previewObjects(cluster, marked, {
    policy: release.policy,
    mustBeDeletable: isRolledBack(release.onFailure, current),
  })
  refuseClaimed(previewed, address)
  const leftovers = await leftoversOf(cluster, history, { wanted, address })
  holdToCeiling(leftovers, release.policy.maxPrune)
  await checkDeletable(cluster, leftovers)
  // What waiting will have to read must be readable before anything is changed.
  await observe(cluster, { namespace: address.namespace, objects: [], withEvents: true })
  const objects = previewed.filter(({ manifest }) => !isHook(manifest.object))
  const hooks = wanted.filter(isHook)
  return {
    release,
    history,
    current,
    objects,
    warnings: objectWarnings(previewed, cluster.warnings()),
    hooks,
    leftovers,
    revision: nextRevision(history),
    before: statesBefore(objects, history, current),
    isUnchanged: isUnchanged({ current, hooks, release, objects }) && leftovers.length === 0,
  }
}

function isUnchanged({
  current,
  hooks,
  release,
  objects,
}: {
  readonly current: ReleaseRecord | undefined
  readonly hooks: readonly KubernetesObject[]
  readonly release: Release
  readonly objects: readonly PreviewedObject[]
}): boolean {
  return (
    current?.image.digest === release.image.digest &&
    canonicalJson(current.objects) ===
      canonicalJson(objects.map(({ manifest }) => manifest.object)) &&
    canonicalJson(current.hooks) === canonicalJson(hooks) &&
    objects.every(
      ({ change, manifest, live }) =>
        change === 'unchanged' || (live === undefined && goesByItself(manifest.object)),
    )
  )
}

/**
 * How the objects were that the release in force does not have. Where an interrupted or failed
 * release has touched them since, its record tells; otherwise they are as the cluster has them.
 */
function statesBefore(
  objects: readonly PreviewedObject[],
  history: readonly ReleaseRecord[],
  current: ReleaseRecord | undefined,
): readonly StateBefore[] {
  const known = new Set(current?.objects.map((object) => identityOf(referenceOf(object))))
  const recorded = new Map(
    unfinishedOf(history).flatMap(({ before }) =>
      before.map((state) => [identityOf(state), state] as const),
    ),
  )
  return objects
    .filter(({ manifest }) => !known.has(identityOf(referenceOf(manifest.object))))
    .map(({ manifest, live }) => {
      const reference = referenceOf(manifest.object)
      return recorded.get(identityOf(reference)) ?? stateOf(reference, live)
    })
}

function stateOf(reference: ObjectReference, live: KubernetesObject | undefined): StateBefore {
  return { ...reference, object: live === undefined ? null : withoutServerFields(live) }
}
