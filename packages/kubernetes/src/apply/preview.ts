import { ConfigurationError, ReportedError } from '@oke-pipeline/core'
import { hasStatus, isRefusal } from '../client/api-error.ts'
import type { ApiError } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import { roleFor, rulesAllowing } from '../client/denied-access.ts'
import { liveObjects } from '../client/live-objects.ts'
import type { LiveObjects } from '../client/live-objects.ts'
import { formatPlace } from '../manifest/manifest.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { identityOf, nameOf, referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { checkDeletable } from './delete-objects.ts'
import { isSameState } from './live-state.ts'

/** What applying an object will do; a Job cannot be changed, only made anew. */
export type Change = 'created' | 'changed' | 'replaced' | 'unchanged'

/** An object, what applying it will do, and what is there now. */
export interface PreviewedObject {
  readonly manifest: Manifest
  readonly change: Change
  readonly live: KubernetesObject | undefined
}

/** What else the preview makes sure of. */
export interface PreviewOptions {
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
  const outcomes = await Promise.all(
    manifests.map((manifest) =>
      previewOrRefusal(
        cluster,
        subjectOf(manifest, live),
        options.mustBeDeletable ? mayDelete : undefined,
      ),
    ),
  )
  const refusals = outcomes.filter((outcome) => 'refusal' in outcome)
  if (refusals.length > 0) throw refusalOf(refusals, manifests.length)
  return outcomes.filter((outcome) => 'change' in outcome)
}

interface Refusal {
  readonly manifest: Manifest
  readonly refusal: ApiError
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

async function previewOrRefusal(
  cluster: Cluster,
  subject: Subject,
  mayDelete: ((object: KubernetesObject) => Promise<void>) | undefined,
): Promise<PreviewedObject | Refusal> {
  const { manifest, refusal } = subject
  if (refusal !== undefined) return { manifest, refusal }
  try {
    const previewed = await preview(cluster, subject)
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

async function preview(cluster: Cluster, { manifest, live }: Subject): Promise<PreviewedObject> {
  const { object } = manifest
  if ((await cluster.resourceOf(object)) === undefined) {
    // Its definition is among the manifests, and will be there when its turn comes.
    return { manifest, change: 'created', live: undefined }
  }
  try {
    const outcome = await cluster.apply(object, { isDryRun: true })
    if (live === undefined) return { manifest, change: 'created', live }
    return { manifest, change: isSameState(live, outcome) ? 'unchanged' : 'changed', live }
  } catch (error) {
    if (object.kind !== 'Job' || live === undefined || !hasStatus(error, 422)) throw error
    await cluster.delete(referenceOf(object), { isDryRun: true })
    return { manifest, change: 'replaced', live }
  }
}

function refusalOf(refusals: readonly Refusal[], total: number): ReportedError {
  const denied = refusals.flatMap(({ refusal }) => refusal.denied ?? [])
  const [firstDenied] = denied
  const isOnlyRbac = firstDenied !== undefined && denied.length === refusals.length
  const remedy =
    firstDenied === undefined
      ? 'Correct the manifests.'
      : `Add these rules to ${roleFor(firstDenied)} that is bound to "${firstDenied.user}":\n${rulesAllowing(denied)}`
  const [first] = refusals
  return new ConfigurationError({
    title: `The cluster would refuse ${refusals.length} of ${total} objects`,
    explanation: refusals.map((refusal) => `\n  - ${describe(refusal)}`).join(''),
    remedy: `\n${remedy}\nNothing has been changed.`,
    ...(first === undefined || isOnlyRbac ? {} : { place: first.manifest.place }),
    cause: first?.refusal,
  })
}

function describe({ manifest, refusal }: Refusal): string {
  const name = `${formatPlace(manifest.place)} ${nameOf(referenceOf(manifest.object))}`
  const { denied, answer } = refusal
  if (denied !== undefined) {
    return `${name}: "${denied.user}" may not ${denied.verb} ${denied.resource} (403)`
  }
  const causes = answer.causes.map(({ field, message }) =>
    field === undefined ? message : `${field}: ${message}`,
  )
  return `${name}: ${causes.length > 0 ? causes.join('; ') : answer.message}`
}
