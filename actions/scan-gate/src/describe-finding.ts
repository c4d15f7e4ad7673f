import type { Finding } from '@oke-pipeline/scan'

/** Where a finding is fixed, in words. */
export function fixOf({ fixedIn, isFixed }: Finding): string {
  if (fixedIn.length > 0) return fixedIn.join(', ')
  return isFixed ? 'fixed, version not named' : 'no fix yet'
}

/** A finding in one line: `critical CVE-2021-44228 in log4j-core 2.14.1 (fixed in 2.15.0)`. */
export function describeFinding(finding: Finding): string {
  const { severity, id } = finding
  const [update] = finding.fixedIn
  const fix = update === undefined ? fixOf(finding) : `fixed in ${update}`
  return `${severity} ${id} in ${whereFound(finding)} (${fix})`
}

/** The package, or the place, that a finding is about. */
export function whereFound({ package: subject, place }: Finding): string {
  if (subject !== undefined) return `${subject.name} ${subject.version}`
  return place === undefined ? 'the image' : place.path
}
