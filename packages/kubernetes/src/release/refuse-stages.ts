import { ConfigurationError } from '@oke-pipeline/core'
import { stageProblems } from '../apply/stages.ts'
import { formatPlace } from '../manifest/manifest.ts'
import type { Manifest } from '../manifest/manifest.ts'

/**
 * Makes sure that what manifests say about their order can be done.
 * @throws {@link ConfigurationError} that lists everything that is wrong with it.
 */
export function refuseStages(manifests: readonly Manifest[]): void {
  const problems = stageProblems(manifests)
  const [first] = problems
  if (first === undefined) return
  const lines = problems.map(({ place, problem }) => `\n  - ${formatPlace(place)} ${problem}`)
  throw new ConfigurationError({
    title: 'The manifests cannot be applied in the order that they name',
    explanation: lines.join(''),
    remedy: '\nCorrect the annotations. Nothing has been changed.',
    place: first.place,
  })
}
