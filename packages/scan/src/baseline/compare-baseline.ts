import type { Finding } from '../finding.ts'

/** Findings that can be recognised in another report. */
export interface FindingSet {
  has(finding: Finding): boolean
}

/**
 * What is the same in two reports. A vulnerability or licence: any identifier in common, in a
 * package of the same type and name, whatever its version and path; a copy more of a package that
 * was there before is nothing new. A secret or misconfiguration: the same rule in the same file,
 * whatever the line.
 */
export function findingSet(findings: readonly Finding[]): FindingSet {
  const places = new Map<string, Set<string>>()
  for (const finding of findings) {
    const ids = setIn(places, placeOf(finding))
    ids.add(finding.id)
    for (const alias of finding.aliases) ids.add(alias)
  }
  return {
    has(finding) {
      const ids = places.get(placeOf(finding))
      if (ids === undefined) return false
      return ids.has(finding.id) || finding.aliases.some((alias) => ids.has(alias))
    },
  }
}

function setIn(sets: Map<string, Set<string>>, key: string): Set<string> {
  const known = sets.get(key)
  if (known !== undefined) return known
  const made = new Set<string>()
  sets.set(key, made)
  return made
}

function placeOf({ kind, package: found, place }: Finding): string {
  const isOfPackage = kind === 'vulnerability' || kind === 'licence'
  if (isOfPackage && found !== undefined) return `${kind}\n${found.type}\n${found.name}`
  return `${kind}\n\n${place?.path ?? found?.path ?? ''}`
}
