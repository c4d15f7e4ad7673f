import type { Manifest, ManifestProblem } from '../manifest/manifest.ts'
import { nameOf, referenceOf } from '../object.ts'
import { hookFaults, isHook } from './hook.ts'

/** Everything that is wrong with the hooks among manifests. */
export function hookProblems(manifests: readonly Manifest[]): readonly ManifestProblem[] {
  return manifests
    .filter(({ object }) => isHook(object))
    .flatMap(({ object, place }) =>
      hookFaults(object).map((fault) => ({
        place,
        problem: `has ${nameOf(referenceOf(object))} with the annotation ${fault}`,
      })),
    )
}
