import * as v from 'valibot'
import { findingOf } from '../finding.ts'
import type { AffectedPackage, Finding, FixState, Rating } from '../finding.ts'
import { packageTypeOf, typeOfPurl } from '../package-type.ts'
import type { VulnerabilityDatabase } from '../scan-report.ts'
import { anyList, checked } from './envelope.ts'
import { digestsIn } from './image-binding.ts'
import type { CarriedIdentity } from './image-binding.ts'
import {
  Malformed,
  asObject,
  eachOf,
  inside,
  isList,
  isObject,
  objectAt,
  optionalDate,
  optionalList,
  optionalNumber,
  optionalObject,
  optionalText,
  optionalTexts,
  textAt,
} from './json-value.ts'
import type { JsonObject } from './json-value.ts'
import type { FindLayer } from './layer-origin.ts'
import { badDatabase } from './problems.ts'
import type { ReadContent, ReportReader } from './report-reader.ts'
import { plainWords, severityOf } from './severity-words.ts'

const text = v.string()

const envelope = v.object({
  matches: anyList,
  ignoredMatches: v.optional(anyList, () => []),
  alertsByPackage: v.optional(
    v.array(v.object({ alerts: v.array(v.object({ message: text })) })),
    [],
  ),
  source: v.object({ type: v.picklist(['image', 'sbom-file']), target: v.unknown() }),
  distro: v.nullish(v.object({ name: v.nullish(text, ''), version: v.nullish(text, '') })),
  descriptor: v.object({
    name: v.literal('grype'),
    version: text,
    timestamp: v.optional(text),
    db: v.object({
      status: v.object({
        schemaVersion: text,
        built: v.optional(text),
        valid: v.boolean(),
        error: v.optional(text),
      }),
    }),
  }),
})

type Envelope = v.InferOutput<typeof envelope>

/** Reads Grype's JSON (`grype -o json`). */
export const grypeReader: ReportReader = {
  format: 'grype',
  title: 'Grype',
  recognises: (document) =>
    isObject(document) &&
    isObject(document.descriptor) &&
    (document.descriptor.name === 'grype' || isList(document.matches)),
  read: (document, findLayer) => readGrype(asObject(document), findLayer),
}

const parts = new Set([
  'matches',
  'ignoredMatches',
  'alertsByPackage',
  'source',
  'distro',
  'descriptor',
])

function readGrype(document: JsonObject, findLayer: FindLayer): ReadContent {
  const report = checked(envelope, document, parts)
  const { name, version } = report.descriptor
  return {
    identity: identityOf(report),
    scanner: { name, version },
    database: databaseOf(report),
    scannedAt: optionalDate(report.descriptor, 'timestamp'),
    operatingSystem: systemOf(report),
    findings: eachOf(report.matches, 'matches', (match) => findingIn(match, findLayer)),
    ignoredCount: report.ignoredMatches.length,
    alerts: report.alertsByPackage.flatMap(({ alerts }) => alerts.map(({ message }) => message)),
  }
}

function identityOf({ source }: Envelope): CarriedIdentity {
  const target = isObject(source.target) ? source.target : {}
  const manifest = optionalText(target, 'manifestDigest')
  // Of an SBOM, Grype makes up an image ID that is no digest.
  const [configuration] = digestsIn([optionalText(target, 'imageID') ?? ''])
  return {
    manifests: [
      ...(manifest === undefined ? [] : [manifest]),
      ...digestsIn(optionalTexts(target, 'repoDigests')),
    ],
    configuration,
    diffIds: [],
  }
}

function databaseOf({ descriptor }: Envelope): VulnerabilityDatabase {
  const { valid, error, built, schemaVersion } = descriptor.db.status
  if (!valid) {
    throw badDatabase('Grype', `Grype calls it invalid: ${error ?? 'no reason given'}.`)
  }
  const date = new Date(built ?? '')
  if (Number.isNaN(date.getTime())) {
    throw badDatabase('Grype', 'It does not say when it was built.')
  }
  return { built: date, schemaVersion }
}

function systemOf({ distro }: Envelope): string | undefined {
  if (distro === undefined || distro === null || distro.name === '') return undefined
  return [distro.name, distro.version].filter((word) => word !== '').join(' ')
}

function findingIn(match: JsonObject, findLayer: FindLayer): Finding {
  return inside(match, 'vulnerability', (vulnerability) => {
    const related = eachOf(optionalList(match, 'relatedVulnerabilities'), 'related', (one) => one)
    const everything = [vulnerability, ...related]
    const id = textAt(vulnerability, 'id')
    const fix = fixIn(match, vulnerability)
    return findingOf({
      kind: 'vulnerability',
      id,
      aliases: aliasesIn(related, id),
      description: everything.map((one) => optionalText(one, 'description')).find(isKnown),
      severity: severityOf(optionalText(vulnerability, 'severity'), plainWords, 'severity'),
      ratings: everything.flatMap(ratingsIn),
      ...whereIn(match, findLayer),
      ...fix,
      epss: everything.map(epssIn).find(isKnown),
      isKnownExploited: everything.some((one) => optionalList(one, 'knownExploited').length > 0),
      url: optionalText(vulnerability, 'dataSource'),
      references: [...new Set(everything.flatMap((one) => optionalTexts(one, 'urls')))],
    })
  })
}

function isKnown<T>(value: T | undefined): value is T {
  return value !== undefined
}

function aliasesIn(related: readonly JsonObject[], id: string): readonly string[] {
  const aliases = related.map((one) => textAt(one, 'id')).filter((alias) => alias !== id)
  return aliases.length < 2 ? aliases : [...new Set(aliases)].toSorted()
}

type Fix = Pick<Finding, 'isFixed' | 'fixState' | 'fixedIn' | 'fixedAt'>

/** The versions with the fix: first the one that Grype suggests for the version that is there. */
function fixIn(match: JsonObject, vulnerability: JsonObject): Fix {
  const fix = objectAt(vulnerability, 'fix')
  const suggested = eachOf(optionalList(match, 'matchDetails'), 'matchDetails', (detail) => {
    const own = optionalObject(detail, 'fix')
    return own === undefined ? undefined : optionalText(own, 'suggestedVersion')
  })
  const versions = [...suggested.filter(isKnown), ...optionalTexts(fix, 'versions')]
  const fixedIn = versions.length < 2 ? versions : [...new Set(versions)]
  const state = textAt(fix, 'state')
  const isFixed = state === 'fixed' || fixedIn.length > 0
  return {
    isFixed,
    fixState: fixStateOf(state, isFixed),
    fixedIn,
    fixedAt: fixedAtIn(fix, fixedIn),
  }
}

function fixStateOf(state: string, isFixed: boolean): FixState {
  if (isFixed) return 'fixed'
  if (state === 'not-fixed' || state === 'wont-fix') return state
  if (state === 'unknown' || state === '') return 'unknown'
  throw new Malformed('fix.state', `has "${state}", which is no state of a fix`)
}

function fixedAtIn(fix: JsonObject, [first]: readonly string[]): Date | undefined {
  const available = optionalList(fix, 'available')
  if (available.length === 0) return undefined
  const dates = eachOf(available, 'fix.available', (one) => ({
    version: optionalText(one, 'version'),
    date: optionalDate(one, 'date'),
  }))
  return (dates.find(({ version }) => version === first) ?? dates[0])?.date
}

function ratingsIn(vulnerability: JsonObject): readonly Rating[] {
  const source = sourceOf(optionalText(vulnerability, 'namespace'))
  const severity = severityOf(optionalText(vulnerability, 'severity'), plainWords, 'severity')
  const scores = optionalList(vulnerability, 'cvss')
  if (scores.length === 0) {
    return severity === 'unknown' ? [] : [{ source, severity, score: undefined, vector: undefined }]
  }
  return eachOf(scores, 'cvss', (cvss) => ({
    source: optionalText(cvss, 'source') ?? source,
    severity,
    score: optionalNumber(optionalObject(cvss, 'metrics') ?? {}, 'baseScore'),
    vector: optionalText(cvss, 'vector'),
  }))
}

/** `github:language:javascript` and `debian:distro:debian:12` name the source first. */
function sourceOf(namespace = 'unknown'): string {
  const [first = namespace] = namespace.split(':')
  return first === 'github' ? 'ghsa' : first
}

function epssIn(vulnerability: JsonObject): Finding['epss'] {
  const [first] = optionalList(vulnerability, 'epss')
  if (first === undefined) return undefined
  const score = asObject(first, 'epss[0]')
  const probability = optionalNumber(score, 'epss')
  if (probability === undefined) return undefined
  return { probability, percentile: optionalNumber(score, 'percentile') }
}

function whereIn(match: JsonObject, findLayer: FindLayer): Pick<Finding, 'package' | 'layer'> {
  const artifact = objectAt(match, 'artifact')
  const [location] = eachOf(optionalList(artifact, 'locations'), 'artifact.locations', (one) => ({
    path: textAt(one, 'path'),
    layer: optionalText(one, 'layerID'),
  })).toSorted((one, other) => (one.path < other.path ? -1 : 1))
  return { package: packageIn(artifact, location?.path), layer: findLayer(location?.layer) }
}

function packageIn(artifact: JsonObject, path: string | undefined): AffectedPackage {
  const purl = optionalText(artifact, 'purl')
  return {
    name: textAt(artifact, 'name'),
    // A package without a version is found, and matches everything.
    version: optionalText(artifact, 'version') ?? '',
    type: typeOfPurl(purl) ?? packageTypeOf(textAt(artifact, 'type')),
    purl,
    path,
  }
}
