import type { Annotation } from '@oke-pipeline/core'
import { identityOf, nameOf, referenceOf } from '@oke-pipeline/kubernetes'
import type { Manifest } from '@oke-pipeline/kubernetes'
import type { Outcome } from './run.ts'

/** Shows why a workload did not become ready beside the manifest that it comes from. */
export function failureAnnotations(
  { deployed }: Outcome,
  manifests: readonly Manifest[],
): readonly Annotation[] {
  return (deployed.failure?.diagnoses ?? []).flatMap(({ reference, cause }) => {
    const identity = identityOf(reference)
    const place = manifests.find(
      ({ object }) => identityOf(referenceOf(object)) === identity,
    )?.place
    if (place?.line === undefined) return []
    const title = `deploy-oke: ${nameOf(reference)} is not ready`
    return [{ level: 'error', title, message: cause, place }]
  })
}
