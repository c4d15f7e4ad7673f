import type { Finding } from '../finding.ts'
import { plainLine } from './foreign-text.ts'

/** Where a finding is fixed, in words. */
export function fixOf({ kind, fixedIn, isFixed }: Finding): string {
  if (kind !== 'vulnerability') return ''
  if (fixedIn.length > 0) return plainLine(fixedIn.join(', '), 80)
  return isFixed ? 'fixed, version not named' : 'no fix yet'
}

/** The package, or the place, that a finding is about. */
export function subjectOf({ package: subject, place }: Finding): string {
  if (subject !== undefined) return plainLine(`${subject.name} ${subject.version}`, 120)
  if (place === undefined) return 'the image'
  return plainLine(place.line === undefined ? place.path : `${place.path}:${place.line}`, 120)
}

/** Where in the image it was found. */
export function pathOf({ package: subject, place }: Finding): string {
  return plainLine(subject?.path ?? place?.path ?? '', 200)
}

/** All names of a finding, the one to go by first. */
export function namesOf({ id, aliases }: Finding): string {
  return plainLine([id, ...aliases].join(', '), 120)
}

const kindWords = {
  vulnerability: 'vulnerability',
  secret: 'secret',
  misconfiguration: 'misconfiguration',
  licence: 'licence',
} as const

/** A finding in one line: `critical CVE-2021-44228 in log4j-core 2.14.1 (fixed in 2.15.0)`. */
export function describeFinding(finding: Finding): string {
  const { kind, severity, id } = finding
  const [update] = finding.fixedIn
  const fix = update === undefined ? fixOf(finding) : `fixed in ${plainLine(update, 80)}`
  const what = kind === 'vulnerability' ? severity : `${severity} ${kindWords[kind]}`
  return `${what} ${plainLine(id, 80)} in ${subjectOf(finding)}${fix === '' ? '' : ` (${fix})`}`
}

/** `1 secret`, `2 vulnerabilities`. */
export function countOf(count: number, one: string, several: string): string {
  return `${count.toFixed(0)} ${count === 1 ? one : several}`
}
