import { code, escaped, heading, paragraph, table } from '@oke-pipeline/core'
import type { PolicyViolation } from '@oke-pipeline/image'
import type { Judgement } from './image-policy.ts'

const mostRows = 50

/** The part of the summary that says what the policy of the image found; nothing without one. */
export function policySection({ policy, violations }: Judgement): readonly string[] {
  if (policy === undefined) return []
  const title = heading('Image policy')
  if (violations.length === 0) {
    return [title, paragraph(`The image is as ${code(policy)} wants it.`)]
  }
  const rows = violations.map((violation) => [
    violation.mode === 'enforce' ? 'refused' : 'warning',
    code(violation.rule),
    escaped(violation.message),
    placeOf(violation),
    escaped(violation.remedy),
  ])
  return [title, table(['', 'Rule', 'Found', 'Where', 'What to do'], rows, mostRows)]
}

function placeOf({ place }: PolicyViolation): string {
  if (place === undefined) return ''
  return code(place.line === undefined ? place.file : `${place.file}:${place.line}`)
}
