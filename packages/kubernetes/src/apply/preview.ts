import { ConfigurationError, ReportedError } from '@oke-pipeline/core'
import { ApiError, hasStatus } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import { roleFor, rulesAllowing } from '../client/denied-access.ts'
import { formatPlace } from '../manifest/manifest.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { nameOf, referenceOf } from '../object.ts'
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
  const outcomes = await Promise.all(
    manifests.map((manifest) => previewOrRefusal(cluster, manifest, options)),
  )
  const refusals = outcomes.filter((outcome) => 'refusal' in outcome)
  if (refusals.length > 0) throw refusalOf(refusals, manifests.length)
  return outcomes.filter((outcome) => 'change' in outcome)
}

interface Refusal {
  readonly manifest: Manifest
  readonly refusal: ApiError
}

async function previewOrRefusal(
  cluster: Cluster,
  manifest: Manifest,
  options: PreviewOptions,
): Promise<PreviewedObject | Refusal> {
  try {
    const previewed = await preview(cluster, manifest)
    if (options.mustBeDeletable && previewed.change === 'created') {
      await checkDeletable(cluster, [referenceOf(manifest.object)])
    }
    return previewed
  } catch (error) {
    // Unreachable, or not let in at all: no fault of this object.
    if (!(error instanceof ApiError) || error.isRetryable || error.status === 401) throw error
    return { manifest, refusal: error }
  }
}

async function preview(cluster: Cluster, manifest: Manifest): Promise<PreviewedObject> {
  const { object } = manifest
  if ((await cluster.resourceOf(object)) === undefined) {
    // Its definition is among the manifests, and will be there when its turn comes.
    return { manifest, change: 'created', live: undefined }
  }
  const live = await cluster.get(referenceOf(object))
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
