import { withoutServerFields } from '../apply/live-state.ts'
import type { PreviewedObject } from '../apply/preview.ts'
import type { Json } from '../json.ts'
import { withMetadata } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { fieldChanges } from './field-changes.ts'
import type { FieldChange } from './field-changes.ts'
import { hideValues, withoutValues } from './hidden-values.ts'

/**
 * The fields that applying an object would change, by what the server made of it in a dry run: so
 * defaults, and what controllers have set, are on both sides. Values of Secrets are left out.
 */
export function changesOf(previewed: PreviewedObject): readonly FieldChange[] {
  const { manifest, change, live } = previewed
  if (change === 'unchanged') return []
  if (change === 'created' || live === undefined) return createdFields(manifest.object)
  return hideValues(manifest.object, changesOfExisting(previewed, live))
}

/** A new object as it is wanted, without what the server would add. */
function createdFields(object: KubernetesObject): readonly FieldChange[] {
  return [{ path: [], before: undefined, after: withoutValues(object) }]
}

function changesOfExisting(
  { manifest, outcome }: PreviewedObject,
  live: KubernetesObject,
): readonly FieldChange[] {
  if (outcome !== undefined) return fieldChanges(comparable(live), comparable(outcome))
  // The server has refused to change it: what the manifest does not set is not known to change.
  return fieldChanges(comparable(live), comparable(manifest.object)).filter(
    ({ after }) => after !== undefined,
  )
}

/**
 * The annotation in which kubectl keeps all that it applied: of a Secret, its values in clear; and
 * whatever changes in it changes in a field of its own as well.
 */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

function comparable(object: KubernetesObject): Json {
  const kept = withoutServerFields(object)
  const annotations = Object.entries(kept.metadata.annotations ?? {}).filter(
    ([name]) => name !== lastApplied,
  )
  return withMetadata(kept, {
    annotations: annotations.length === 0 ? undefined : Object.fromEntries(annotations),
  })
}
