import { ConfigurationError } from '@oke-pipeline/core'
import type { ReportedError } from '@oke-pipeline/core'
import type { ApiError } from '../client/api-error.ts'
import { roleFor, rulesAllowing } from '../client/denied-access.ts'
import { formatPlace } from '../manifest/manifest.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { nameOf, referenceOf } from '../object.ts'
import { conflictsIn } from './field-conflict.ts'
import { immutableFieldsIn } from './immutable-fields.ts'

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

/** What can be done about each kind of refusal. */
function remediesFor(refusals: readonly Refusal[]): readonly string[] {
  const denied = refusals.flatMap(({ refusal }) => refusal.denied ?? [])
  const [firstDenied] = denied
  const others = refusals.filter(({ refusal }) => refusal.denied === undefined)
  const conflicting = others.filter(({ refusal }) => conflictsIn(refusal).length > 0)
  const immutable = others.filter(isAboutImmutableFields)
  const isAllSaid = conflicting.length + immutable.length === others.length
  return [
    ...(firstDenied === undefined
      ? []
      : [
          `Add these rules to ${roleFor(firstDenied)} that is bound to "${firstDenied.user}":\n${rulesAllowing(denied)}`,
        ]),
    ...(conflicting.length > 0 ? [conflictRemedy] : []),
    ...(immutable.length > 0 ? [immutableRemedy] : []),
    ...(isAllSaid || firstDenied !== undefined ? [] : ['Correct the manifests.']),
  ]
}

const conflictRemedy =
  'Leave fields that others own out of the manifests, or set "force-conflicts" to "true" to take them over.'
const immutableRemedy =
  'Give objects whose fields cannot be changed another name, or set "on-immutable" to "recreate" to have them deleted and made anew; what holds data is never deleted for this.'

function isAboutImmutableFields({ refusal }: Refusal): boolean {
  return refusal.status === 422 && immutableFieldsIn(refusal).length > 0
}

function describe({ manifest, refusal }: Refusal): string {
  const name = `${formatPlace(manifest.place)} ${nameOf(referenceOf(manifest.object))}`
  const { denied, answer } = refusal
  if (denied !== undefined) {
    return `${name}: "${denied.user}" may not ${denied.verb} ${denied.resource} (403)`
  }
  const causes = answer.causes.map(({ field, message }) =>
    firstLine(field === undefined ? message : `${field}: ${message}`),
  )
  return `${name}: ${causes.length > 0 ? causes.join('; ') : firstLine(answer.message)}`
}

/** Of volume claims, the server says what is different in Go. */
function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
