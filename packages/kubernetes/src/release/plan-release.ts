import { checkDeletable } from '../apply/delete-objects.ts'
import { withoutServerFields } from '../apply/live-state.ts'
import type { ApplyPolicy } from '../apply/policy.ts'
import { previewObjects } from '../apply/preview.ts'
import type { PreviewedObject } from '../apply/preview.ts'
import type { Cluster } from '../client/cluster.ts'
import { canonicalJson } from '../json.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { identityOf, referenceOf } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import { observe } from '../readiness/observe.ts'
import { goesByItself } from '../readiness/workload-state.ts'
import { currentOf, nextRevision, readHistory } from './history.ts'
import type { ReleaseAddress } from './history.ts'
import { leftoversOf } from './leftovers.ts'
import { markedAsOurs } from './ours.ts'
import type { ReleaseRecord, StateBefore } from './record.ts'
import type { ReleaseImage } from './wanted-image.ts'

/** A release to deploy. */
export interface Release {
  readonly address: ReleaseAddress
  /** With the image put in, and in the namespace. */
  readonly manifests: readonly Manifest[]
  readonly image: ReleaseImage
  readonly source: ReleaseRecord['source']
  readonly timeoutSeconds: number
  /** Whether the state before is put back when the release does not become ready. */
  readonly isRolledBack: boolean
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
 */
export async function planRelease(cluster: Cluster, release: Release): Promise<ReleasePlan> {
  const { address } = release
  const marked = release.manifests.map((manifest) => ({
    ...manifest,
    object: markedAsOurs(manifest.object, address.release),
  }))
  const wanted = marked.map(({ object }) => object)
  const history = await readHistory(cluster, address)
  const objects = await previewObjects(cluster, marked, {
    policy: release.policy,
    mustBeDeletable: release.isRolledBack,
  })
  const leftovers = await leftoversOf(cluster, history, { wanted, address })
  await checkDeletable(cluster, leftovers)
  // What waiting will have to read must be readable before anything is changed.
  await observe(cluster, { namespace: address.namespace, objects: [], withEvents: true })
  const current = currentOf(history)
  return {
    release,
    history,
    current,
    objects,
    leftovers,
    revision: nextRevision(history),
    before: statesBefore(objects, history, current),
    isUnchanged: isUnchanged({ current, wanted, release, objects }) && leftovers.length === 0,
  }
}

function isUnchanged({
  current,
  wanted,
  release,
  objects,
}: {
  readonly current: ReleaseRecord | undefined
  readonly wanted: readonly KubernetesObject[]
  readonly release: Release
  readonly objects: readonly PreviewedObject[]
}): boolean {
  return (
    current?.image.digest === release.image.digest &&
    canonicalJson(current.objects) === canonicalJson(wanted) &&
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
  const unfinished = history
    .filter(({ revision }) => revision > (current?.revision ?? 0))
    .filter(({ outcome }) => outcome === 'pending' || outcome === 'failed')
  const recorded = new Map(
    unfinished.flatMap(({ before }) => before.map((state) => [identityOf(state), state] as const)),
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
