import { ConfigurationError } from '@oke-pipeline/core'
import type { PreviewedObject } from '../apply/preview.ts'
import { formatPlace } from '../manifest/manifest.ts'
import { nameOf, referenceOf } from '../object.ts'
import type { ReleaseAddress } from './history.ts'
import { releaseAnnotation, releaseOf } from './ours.ts'

/**
 * Makes sure that no object belongs to another release: each would undo what the other does, and
 * delete it once it no longer has it.
 * @throws {@link ConfigurationError} that lists the objects and who has them.
 */
export function refuseClaimed(
  objects: readonly PreviewedObject[],
  { release }: ReleaseAddress,
): void {
  const claimed = objects.flatMap(({ manifest, live }) => {
    const owner = live === undefined ? undefined : releaseOf(live)
    return owner === undefined || owner === release ? [] : [{ manifest, owner }]
  })
  const [first] = claimed
  if (first === undefined) return
  const lines = claimed.map(({ manifest: { place, object }, owner }) => {
    const name = nameOf(referenceOf(object))
    return `\n  - ${formatPlace(place)} ${name}: belongs to the release "${owner}"`
  })
  throw new ConfigurationError({
    title: `${claimed.length} objects belong to another release than "${release}"`,
    explanation: lines.join(''),
    remedy: `\nGive them other names, or leave them to one release. To move one, mark it for the release that is to have it, and take it out of the other: kubectl annotate --overwrite KIND/NAME ${releaseAnnotation}=${release}\nNothing has been changed.`,
    place: first.manifest.place,
  })
}
