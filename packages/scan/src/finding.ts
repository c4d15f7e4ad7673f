/** How bad a vulnerability is, worst first; `unknown` is one that nobody has rated. */
export const severities = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const

/** One of {@link severities}. */
export type Severity = (typeof severities)[number]

/** A severity that somebody gave; a threshold is one of these. */
export type RatedSeverity = Exclude<Severity, 'unknown'>

/** What a finding is about. */
export const findingKinds = ['vulnerability', 'secret', 'misconfiguration', 'licence'] as const

/** One of {@link findingKinds}. */
export type FindingKind = (typeof findingKinds)[number]

/** A package of the image, and the file that shows that it is there. */
export interface AffectedPackage {
  readonly name: string
  readonly version: string
  /** The type of its package URL, whatever a scanner calls it: `npm`, `deb`, `golang`, `maven`… */
  readonly type: string
  /** Package URL, `pkg:npm/minimist@1.2.5`. */
  readonly purl: string | undefined
  readonly path: string | undefined
}

/** How bad one source says that it is. */
export interface Rating {
  /** Who says so: `nvd`, `ghsa`, `debian`, `redhat`… */
  readonly source: string
  readonly severity: Severity
  /** CVSS base score, 0 to 10. */
  readonly score: number | undefined
  /** CVSS vector. */
  readonly vector: string | undefined
}

/** What a package's maintainers have done about it. */
export const fixStates = ['fixed', 'not-fixed', 'wont-fix', 'unknown'] as const

/** One of {@link fixStates}. */
export type FixState = (typeof fixStates)[number]

/** The layer of the image that brought what was found. */
export interface FindingLayer {
  readonly diffId: string
  readonly digest: string | undefined
  /** Whether the layer belongs to the base image, where that is known. */
  readonly origin: 'base' | 'own' | undefined
}

/** One thing found in an image: what every scanner's report is turned into. */
export interface Finding {
  readonly kind: FindingKind
  /** The identifier that the scanner's source uses: `GHSA-…`, `CVE-…`; of a secret, its rule. */
  readonly id: string
  /** Other identifiers of the same vulnerability. */
  readonly aliases: readonly string[]
  readonly title: string | undefined
  readonly description: string | undefined
  /** The severity to go by; `ratings` has what each source says. */
  readonly severity: Severity
  readonly ratings: readonly Rating[]
  /** None of a secret or a misconfiguration. */
  readonly package: AffectedPackage | undefined
  /** Where a secret or a misconfiguration is. */
  readonly place: { readonly path: string; readonly line: number | undefined } | undefined
  readonly layer: FindingLayer | undefined
  /** Whether its maintainers have published a fix, even where no version is named. */
  readonly isFixed: boolean
  /** The same with more detail; `fixed` exactly where `isFixed` is true. */
  readonly fixState: FixState
  /** The versions that have the fix, first the one to update to. */
  readonly fixedIn: readonly string[]
  readonly publishedAt: Date | undefined
  readonly fixedAt: Date | undefined
  /** How likely it is that it will be exploited within 30 days, 0 to 1 (FIRST's EPSS). */
  readonly epss:
    { readonly probability: number; readonly percentile: number | undefined } | undefined
  /** Whether it is in CISA's catalogue of known exploited vulnerabilities. */
  readonly isKnownExploited: boolean
  /** Where to read about it. */
  readonly url: string | undefined
  readonly references: readonly string[]
  /** The scanners that found it. */
  readonly foundBy: readonly string[]
  /** The platforms of the image in which it was found; empty where the image has but one. */
  readonly platforms: readonly string[]
}

/** A finding of what is known for sure; nothing is known of the rest. */
export function findingOf(
  known: Pick<Finding, 'kind' | 'id' | 'severity' | 'package'> & Partial<Finding>,
): Finding {
  return {
    aliases: [],
    title: undefined,
    description: undefined,
    ratings: [],
    place: undefined,
    layer: undefined,
    isFixed: false,
    fixState: known.isFixed === true ? 'fixed' : 'unknown',
    fixedIn: [],
    publishedAt: undefined,
    fixedAt: undefined,
    epss: undefined,
    isKnownExploited: false,
    url: undefined,
    references: [],
    foundBy: [],
    platforms: [],
    ...known,
  }
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
  const keyed = findings.map((finding) => ({ finding, key: sortKeyOf(finding) }))
  keyed.sort((one, other) => compareCodeUnits(one.key, other.key))
  return keyed
    .filter(({ key }, index) => key !== keyed[index - 1]?.key)
    .map(({ finding }) => finding)
}

/** One text, made once for each finding: comparing field by field takes ten times as long. */
function sortKeyOf({ severity, kind, id, package: subject, place }: Finding): string {
  const { name = '', version = '', type = '', path = '' } = subject ?? {}
  const worst = severities.indexOf(severity).toFixed(0)
  const line = (place?.line ?? 0).toFixed(0).padStart(9, '0')
  return [worst, kind, id, name, version, type, path, place?.path ?? '', line].join('\0')
}

/** The same on every machine, whatever its locale. */
function compareCodeUnits(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
