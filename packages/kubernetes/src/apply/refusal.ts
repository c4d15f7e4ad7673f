import { ConfigurationError } from '@oke-pipeline/core'
import type { ReportedError } from '@oke-pipeline/core'
import type { ApiError } from '../client/api-error.ts'
import { roleFor, rulesAllowing } from '../client/denied-access.ts'
import { formatPlace } from '../manifest/manifest.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { nameOf, referenceOf } from '../object.ts'
import { conflictsIn } from './field-conflict.ts'

/** A manifest that the server would not take, and its word on it. */
export interface Refusal {
  readonly manifest: Manifest
  readonly refusal: ApiError
}

/** The error that lists everything that the server would refuse. */
export function refusalOf(refusals: readonly Refusal[], total: number): ReportedError {
  const isOnlyRbac = refusals.every(({ refusal }) => refusal.denied !== undefined)
  const [first] = refusals
  return new ConfigurationError({
    title: `The cluster would refuse ${refusals.length} of ${total} objects`,
    explanation: refusals.map((refusal) => `\n  - ${describe(refusal)}`).join(''),
    remedy: `\n${remediesFor(refusals).join('\n')}\nNothing has been changed.`,
    ...(first === undefined || isOnlyRbac ? {} : { place: first.manifest.place }),
    cause: first?.refusal,
  })
}

function remediesFor(refusals: readonly Refusal[]): readonly string[] {
  const denied = refusals.flatMap(({ refusal }) => refusal.denied ?? [])
  const [firstDenied] = denied
  const conflicts = refusals.filter(({ refusal }) => conflictsIn(refusal).length > 0)
  const remedies = [
    ...(firstDenied === undefined
      ? []
      : [
          `Add these rules to ${roleFor(firstDenied)} that is bound to "${firstDenied.user}":\n${rulesAllowing(denied)}`,
        ]),
    ...(conflicts.length === 0
      ? []
      : [
          'Leave fields that others own out of the manifests, or set "force-conflicts" to "true" to take them over.',
        ]),
    ...(denied.length + conflicts.length < refusals.length && firstDenied === undefined
      ? ['Correct the manifests.']
      : []),
  ]
  return remedies
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
