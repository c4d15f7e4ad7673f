import * as v from 'valibot'
import { findingOf } from '../finding.ts'
import type { AffectedPackage, Finding } from '../finding.ts'
import { checked } from './envelope.ts'
import {
  Malformed,
  asObject,
  isObject,
  listAt,
  optionalDate,
  optionalList,
  optionalText,
  optionalTexts,
  textAt,
} from './json-value.ts'
import type { JsonObject } from './json-value.ts'
import type { FindLayer } from './layer-origin.ts'
import type { ReadContent, ReportReader } from './report-reader.ts'
import { plainWords, severityOf } from './severity-words.ts'
import { vulnerabilityIdIn } from './vulnerability-ids.ts'

const record = v.record(v.string(), v.unknown())

const envelope = v.object({
  manifest_hash: v.pipe(v.string(), v.minLength(1)),
  packages: record,
  distributions: v.nullish(record, {}),
  environments: v.nullish(record, {}),
  vulnerabilities: record,
  package_vulnerabilities: record,
})

type Envelope = v.InferOutput<typeof envelope>

/** Reads the vulnerability report of Clair 4 (`GET /matcher/api/v1/vulnerability_report/…`). */
export const clairReader: ReportReader = {
  format: 'clair',
  title: 'Clair',
  recognises: (document) =>
    isObject(document) && ('manifest_hash' in document || 'package_vulnerabilities' in document),
  read: (document, findLayer) => readClair(asObject(document), findLayer),
}

const parts = new Set([
  ...['packages', 'distributions', 'repository', 'repositories', 'environments'],
  ...['vulnerabilities', 'package_vulnerabilities', 'enrichments'],
])

function readClair(document: JsonObject, findLayer: FindLayer): ReadContent {
  const report = checked(envelope, document, parts)
  const matches = matchesIn(report)
  requireAll(report, matches)
  return {
    identity: { manifests: [report.manifest_hash], configuration: undefined, diffIds: [] },
    scanner: { name: 'clair', version: '4' },
    operatingSystem: systemOf(report),
    packageCount: Object.keys(report.packages).length,
    findings: matches.map(([subject, vulnerability]) =>
      findingIn(report, { subject, vulnerability }, findLayer),
    ),
  }
}

function matchesIn(report: Envelope): readonly (readonly [string, string])[] {
  return Object.keys(report.package_vulnerabilities).flatMap((subject) => {
    const ids = listAt(report.package_vulnerabilities, subject)
    return [...ids].map((id): readonly [string, string] => {
      if (typeof id === 'string') return [subject, id]
      throw new Malformed(`package_vulnerabilities.${subject}`, 'has something else than a text')
    })
  })
}

/** Each vulnerability is in the report because of a package. */
function requireAll(report: Envelope, matches: readonly (readonly [string, string])[]): void {
  const matched = new Set(matches.map(([, id]) => id))
  const lost = Object.keys(report.vulnerabilities).find((id) => !matched.has(id))
  if (lost === undefined) return
  throw new Malformed(`vulnerabilities.${lost}`, 'belongs to no package')
}

function systemOf({ distributions }: Envelope): string | undefined {
  const [first] = Object.values(distributions)
  if (first === undefined) return undefined
  const distribution = asObject(first, 'distributions')
  const words = [optionalText(distribution, 'did'), optionalText(distribution, 'version_id')]
  return optionalText(distribution, 'pretty_name') ?? words.filter(Boolean).join(' ')
}

function entry(table: JsonObject, key: string, place: string): JsonObject {
  if (!Object.hasOwn(table, key)) throw new Malformed(`${place}.${key}`, 'is missing')
  return asObject(table[key], `${place}.${key}`)
}

function findingIn(
  report: Envelope,
  match: { readonly subject: string; readonly vulnerability: string },
  findLayer: FindLayer,
): Finding {
  const vulnerability = entry(report.vulnerabilities, match.vulnerability, 'vulnerabilities')
  const described = entry(report.packages, match.subject, 'packages')
  const environment = environmentOf(report, match.subject)
  const fixed = optionalText(vulnerability, 'fixed_in_version')
  const name = textAt(vulnerability, 'name')
  const links = (optionalText(vulnerability, 'links') ?? '')
    .split(/\s+/)
    .filter((link) => link !== '')
  return findingOf({
    kind: 'vulnerability',
    id: vulnerabilityIdIn(name) ?? name,
    description: optionalText(vulnerability, 'description'),
    severity: severityOf(
      textAt(vulnerability, 'normalized_severity'),
      plainWords,
      'normalized_severity',
    ),
    package: packageIn(described, environment),
    layer: findLayer(optionalText(environment, 'introduced_in')),
    isFixed: fixed !== undefined,
    fixedIn: fixed === undefined ? [] : [fixed],
    publishedAt: optionalDate(vulnerability, 'issued'),
    url: links[0],
    references: links,
  })
}

function environmentOf({ environments }: Envelope, subject: string): JsonObject {
  const [first] = optionalList(environments, subject)
  return first === undefined ? {} : asObject(first, `environments.${subject}`)
}

/** The path of the package database tells the type: `var/lib/dpkg/status`, `maven:app/x.jar`. */
const databases: readonly (readonly [RegExp, string])[] = [
  [/dpkg/, 'deb'],
  [/apk/, 'apk'],
  [/rpm|Packages/, 'rpm'],
  [/^maven:|^java:/, 'maven'],
  [/^nodejs:/, 'npm'],
  [/^python:/, 'pypi'],
  [/^go:/, 'golang'],
  [/^ruby:/, 'gem'],
]

function packageIn(described: JsonObject, environment: JsonObject): AffectedPackage {
  const database = optionalText(environment, 'package_db') ?? ''
  const type = databases.find(([pattern]) => pattern.test(database))?.[1] ?? 'generic'
  const path = database.replace(/^[a-z]+:/, '')
  return {
    name: textAt(described, 'name'),
    version: optionalText(described, 'version') ?? '',
    type,
    purl: optionalTexts(described, 'purls')[0],
    path: path === '' ? undefined : `/${path.replace(/^\//, '')}`,
  }
}
