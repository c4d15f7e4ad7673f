/** How bad a vulnerability is, worst first; `unknown` is one that nobody has rated. */
export const severities = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const

/** One of {@link severities}. */
export type Severity = (typeof severities)[number]

/** A severity that somebody gave; a threshold is one of these. */
export type RatedSeverity = Exclude<Severity, 'unknown'>

/** A package of the image, and the file that shows that it is there. */
export interface AffectedPackage {
  readonly name: string
  readonly version: string
  /** The ecosystem: `npm`, `deb`, `go-module`… */
  readonly type: string
  readonly path: string | undefined
}

/** One vulnerability of one package: what every scanner's report is turned into. */
export interface Finding {
  /** The identifier that the scanner's source uses: `GHSA-…`, `CVE-…`. */
  readonly id: string
  /** Other identifiers of the same vulnerability. */
  readonly aliases: readonly string[]
  readonly severity: Severity
  readonly package: AffectedPackage
  /** Whether its maintainers have published a fix, even where no version is named. */
  readonly isFixed: boolean
  /** The versions that have the fix, first the one to update to. */
  readonly fixedIn: readonly string[]
  /** Where to read about it. */
  readonly url: string | undefined
}

/** The severity that a scanner wrote; words that are not known are as good as none. */
export function severityFrom(word: string | undefined): Severity {
  const lower = word?.toLowerCase()
  return severities.find((severity) => severity === lower) ?? 'unknown'
}

/** Whether a severity is as bad as a threshold, or worse. */
export function isAtLeast(severity: RatedSeverity, cutoff: RatedSeverity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(cutoff)
}

/**
 * The findings, worst first and each once; the order depends on nothing but the findings. The same
 * one comes twice where the images of two platforms share a package.
 */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const sorted = findings.toSorted(compareFindings)
  return sorted.filter((finding, index) => {
    const before = sorted[index - 1]
    return before === undefined || compareFindings(before, finding) !== 0
  })
}

function compareFindings(one: Finding, other: Finding): number {
  const bySeverity = severities.indexOf(one.severity) - severities.indexOf(other.severity)
  return bySeverity === 0 ? compareKeys(keysOf(one), keysOf(other)) : bySeverity
}

function keysOf({ id, package: { name, version, type, path } }: Finding): readonly string[] {
  return [id, name, version, type, path ?? '']
}

/** Compares code units: the same on every machine, whatever its locale. */
function compareKeys(one: readonly string[], other: readonly string[]): number {
  const index = one.findIndex((key, position) => key !== other[position])
  const [key = '', otherKey = ''] = [one[index], other[index]]
  if (key === otherKey) return 0
  return key < otherKey ? -1 : 1
}
