import { severities, sortFindings } from '../finding.ts'
import type { Finding, Severity } from '../finding.ts'
import { isCve, plainId } from '../readers/vulnerability-ids.ts'
import type { ScanReport } from '../scan-report.ts'

/**
 * The findings of several reports, each once, worst first. Two are the same where package, version
 * and path are, and where they have the same CVE; or, if one has none, an identifier in common.
 *
 * The severity is the worst that any of the scanners chose: each chooses by its own order of
 * authorities (the distribution before GitHub before NVD), and where they disagree the gate stays
 * on the safe side. `ratings` keeps what each source says. A rating always counts more than none.
 *
 * The cost is linear in the number of findings.
 */
export function mergeReports(reports: readonly ScanReport[]): readonly Finding[] {
  return mergeFindings(reports.flatMap(({ findings }) => findings))
}

/** The same for findings of which it does not matter in which report they are. */
export function mergeFindings(findings: readonly Finding[]): readonly Finding[] {
  const bySubject = new Map<string, Finding[]>()
  for (const finding of findings) append(bySubject, subjectOf(finding), finding)
  return sortFindings([...bySubject.values()].flatMap(mergeGroup))
}

/** Reports differ in the type of a package and in whether they give a path; these come later. */
function subjectOf({ kind, package: subject, place, id }: Finding): string {
  if (subject !== undefined) return `${kind}\0${subject.name}\0${plainVersion(subject.version)}`
  return place === undefined ? `${kind}\0${id}` : `${kind}\0${place.path}\0${id}`
}

/** Grype writes an epoch of 0 where others write none. */
function plainVersion(version: string): string {
  return version.startsWith('0:') ? version.slice(2) : version
}

/** The findings of one package, merged. */
function mergeGroup(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length === 1) return findings
  const merged = new Map<string, Finding[]>()
  const byId = new Map<string, Set<string>>()
  // Those with one CVE first: they say what the others can belong to.
  const [certain, others] = partition(findings, (finding) => cvesOf(finding).length === 1)
  for (const finding of certain) {
    const [cve = finding.id] = cvesOf(finding)
    add(finding, cve)
  }
  for (const finding of others) place(finding)
  return toldApart([...merged].map(([key, same]) => ({ key, findings: mergePlaces(same) })))

  function add(finding: Finding, key: string): void {
    append(merged, key, finding)
    for (const id of idsOf(finding)) {
      const keys = byId.get(id)
      if (keys === undefined) byId.set(id, new Set([key]))
      else keys.add(key)
    }
  }

  /** An advisory for several CVEs belongs to each of them; it stands alone where one is missing. */
  function place(finding: Finding): void {
    const cves = cvesOf(finding)
    const wanted = cves.length > 0 ? cves : idsOf(finding)
    const keys = new Set(wanted.flatMap((id) => [...(byId.get(id) ?? [])]))
    const isCovered = keys.size > 0 && cves.every((cve) => merged.has(cve))
    if (!isCovered) add(finding, finding.id)
    else if (keys.size === 1) for (const key of keys) append(merged, key, finding)
    else for (const key of keys) append(merged, key, forOne(finding, key))
  }
}

interface Merged {
  readonly key: string
  readonly findings: readonly Finding[]
}

/** Scanners that go by advisories give one identifier to several CVEs: then the CVE becomes it. */
function toldApart(groups: readonly Merged[]): readonly Finding[] {
  const keys = new Map<string, string[]>()
  for (const { key, findings } of groups) {
    for (const id of new Set(findings.map((finding) => finding.id))) append(keys, id, key)
  }
  return groups.flatMap(({ key, findings }) =>
    findings.map((finding) =>
      (keys.get(finding.id)?.length ?? 1) > 1 ? forOne(finding, key) : finding,
    ),
  )
}

/** What an advisory says of one of its CVEs; the others have it too, and stay apart. */
function forOne(finding: Finding, key: string): Finding {
  return { ...finding, id: key, aliases: idsOf(finding).filter((id) => id !== key && !isCve(id)) }
}

function append<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function partition<T>(list: readonly T[], test: (value: T) => boolean): readonly [T[], T[]] {
  const [yes, no]: [T[], T[]] = [[], []]
  for (const value of list) (test(value) ? yes : no).push(value)
  return [yes, no]
}

function idsOf({ id, aliases }: Finding): readonly string[] {
  return [id, ...aliases].map(plainId)
}

function cvesOf(finding: Finding): readonly string[] {
  const cves = idsOf(finding).filter(isCve)
  return cves.length < 2 ? cves : [...new Set(cves)]
}

/** One vulnerability of one package, once for each file that it is in. */
function mergePlaces(findings: readonly Finding[]): readonly Finding[] {
  const byPlace = new Map<string, Finding[]>()
  for (const finding of findings) append(byPlace, placeOf(finding), finding)
  return distributed(byPlace).map(mergeSame)
}

function placeOf({ package: subject, place }: Finding): string {
  if (subject === undefined) return `${place?.path ?? ''}:${(place?.line ?? 0).toFixed(0)}`
  // All packages of a distribution are in one database, which only some reports name.
  if (distributions.has(subject.type)) return subject.type
  return `${subject.type}\0${subject.path ?? ''}`
}

const distributions = new Set(['deb', 'rpm', 'apk', 'alpm'])

/** What one report found in a file that it does not name is what another found in one that it names. */
function distributed(byPlace: ReadonlyMap<string, Finding[]>): readonly (readonly Finding[])[] {
  const groups = [...byPlace.values()]
  const [vague, exact] = partition(groups, isVague)
  if (exact.length === 0) return vague
  const together = exact.map((findings) => [...findings])
  const strays = joinVague(vague, together)
  return [...together, ...strays]
}

/** Adds vague findings to those that they fit; returns those that fit none. */
function joinVague(
  vague: readonly Finding[][],
  together: readonly Finding[][],
): readonly Finding[][] {
  const byPath = new Map<string, Finding[][]>()
  for (const group of together) append(byPath, pathOf(group), group)
  return vague.filter((findings) => {
    const path = pathOf(findings)
    const homes = path === '' ? together : (byPath.get(path) ?? [])
    for (const home of homes) home.push(...findings)
    return homes.length === 0
  })
}

function pathOf([first]: readonly Finding[]): string {
  return first?.package?.path ?? ''
}

/** Without a path or without a type: other reports may say more of the same package. */
function isVague([first]: readonly Finding[]): boolean {
  const subject = first?.package
  if (subject === undefined || distributions.has(subject.type)) return false
  return subject.type === 'generic' || subject.path === undefined
}

function mergeSame(findings: readonly Finding[]): Finding {
  const [first, ...others] = findings
  if (first === undefined) throw new RangeError('There is nothing to merge')
  if (others.length === 0) return first
  const all = <T>(read: (finding: Finding) => readonly T[]): readonly T[] => [
    ...new Set(findings.flatMap(read)),
  ]
  const some = <T>(read: (finding: Finding) => T | undefined): T | undefined =>
    findings.map(read).find((value) => value !== undefined)
  const isFixed = findings.some((finding) => finding.isFixed)
  return {
    ...first,
    aliases: all(idsOf)
      .filter((id) => id !== first.id)
      .toSorted(),
    title: some(({ title }) => title),
    description: some(({ description }) => description),
    severity: worstOf(findings),
    ratings: mergeRatings(findings),
    package: mergePackage(findings),
    place: some(({ place }) => place),
    layer: some(({ layer }) => layer),
    isFixed,
    fixState: isFixed ? 'fixed' : (some(knownFixState) ?? 'unknown'),
    fixedIn: all(({ fixedIn }) => fixedIn),
    publishedAt: earliest(findings.map(({ publishedAt }) => publishedAt)),
    fixedAt: earliest(findings.map(({ fixedAt }) => fixedAt)),
    epss: worstEpss(findings),
    isKnownExploited: findings.some((finding) => finding.isKnownExploited),
    url: some(({ url }) => url),
    references: all(({ references }) => references),
    foundBy: [...all(({ foundBy }) => foundBy)].toSorted(),
    platforms: [...all(({ platforms }) => platforms)].toSorted(),
  }
}

function worstOf(findings: readonly Finding[]): Severity {
  return severities.find((one) => findings.some(({ severity }) => severity === one)) ?? 'unknown'
}

function knownFixState({ fixState }: Finding): Finding['fixState'] | undefined {
  return fixState === 'unknown' ? undefined : fixState
}

function mergeRatings(findings: readonly Finding[]): Finding['ratings'] {
  const ratings = new Map<string, Finding['ratings'][number]>()
  for (const rating of findings.flatMap((finding) => finding.ratings)) {
    const key = `${rating.source}\0${rating.severity}\0${rating.vector ?? ''}`
    if (!ratings.has(key)) ratings.set(key, rating)
  }
  return [...ratings.values()]
}

/** The best description of the package: one that knows its type, with the path of whoever knows it. */
function mergePackage(findings: readonly Finding[]): Finding['package'] {
  const packages = findings.flatMap((finding) => finding.package ?? [])
  const best = packages.find(({ type }) => type !== 'generic') ?? packages[0]
  if (best === undefined) return undefined
  return {
    ...best,
    purl: best.purl ?? packages.find(({ purl }) => purl !== undefined)?.purl,
    path: best.path ?? packages.find(({ path }) => path !== undefined)?.path,
  }
}

function earliest(dates: readonly (Date | undefined)[]): Date | undefined {
  const times = dates.flatMap((date) => date?.getTime() ?? [])
  return times.length === 0 ? undefined : new Date(Math.min(...times))
}

function worstEpss(findings: readonly Finding[]): Finding['epss'] {
  return findings
    .flatMap(({ epss }) => epss ?? [])
    .toSorted((one, other) => other.probability - one.probability)[0]
}
