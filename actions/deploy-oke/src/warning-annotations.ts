import type { Annotation } from '@oke-pipeline/core'
import { nameOf, referenceOf } from '@oke-pipeline/kubernetes'
import type { ObjectWarning } from '@oke-pipeline/kubernetes'

/** Shows what the cluster warns of beside the manifest that it is about. */
export function warningAnnotations(warnings: readonly ObjectWarning[]): readonly Annotation[] {
  return warnings.map(({ manifest: { object, place }, message }) => ({
    level: 'warning',
    title: `deploy-oke: the cluster warns of ${nameOf(referenceOf(object))}`,
    message,
    ...(place.line === undefined ? {} : { place }),
  }))
}
