import * as v from 'valibot'
import { findingOf } from '../finding.ts'
import type { AffectedPackage, Finding, FixState, Rating } from '../finding.ts'
import { packageTypeOf, typeOfPurl } from '../package-type.ts'
import { anyList, checked, requireVersion } from './envelope.ts'
import { digestsIn } from './image-binding.ts'
import type { CarriedIdentity } from './image-binding.ts'
import {
  Malformed,
  asObject,
  eachOf,
  isObject,
  optionalDate,
  optionalList,
  optionalNumber,
  optionalObject,
  optionalText,
  optionalTexts,
  refuseUnknownParts,
  textAt,
} from './json-value.ts'
import type { JsonObject } from './json-value.ts'
import type { FindLayer } from './layer-origin.ts'
import type { ReadContent, ReportReader } from './report-reader.ts'
import { plainWords, severityOf } from './severity-words.ts'

const text = v.string()
const texts = v.nullish(v.array(text), [])

const envelope = v.object({
  Trivy: v.optional(v.object({ Version: v.optional(text) })),
  CreatedAt: v.optional(text),
  ArtifactName: text,
  ArtifactType: text,
  Metadata: v.optional(
    v.object({
      OS: v.nullish(
        v.object({ Family: text, Name: v.optional(text, ''), EOSL: v.optional(v.boolean()) }),
      ),
      ImageID: v.optional(text),
      DiffIDs: texts,
      RepoDigests: texts,
    }),
    { DiffIDs: [], RepoDigests: [] },
  ),
  Results: v.optional(anyList, () => []),
})

type Envelope = v.InferOutput<typeof envelope>

/** Reads Trivy's JSON (`trivy image --format json`, also `trivy sbom`). */
export const trivyReader: ReportReader = {
  format: 'trivy',
  title: 'Trivy',
  recognises: (document) =>
    isObject(document) &&
    ('ArtifactType' in document || 'Trivy' in document) &&
    'SchemaVersion' in document,
  read: (document, findLayer) => readTrivy(asObject(document), findLayer),
}

const parts = new Set(['Trivy', 'Metadata', 'Results'])

function readTrivy(document: JsonObject, findLayer: FindLayer): ReadContent {
  requireVersion(document, 'SchemaVersion', [2])
  const report = checked(envelope, document, parts)
  const results = eachOf(report.Results, 'Results', (result) => readResult(result, findLayer))
  return {
    identity: identityOf(report),
    scanner: { name: 'trivy', version: report.Trivy?.Version ?? 'unknown' },
    scannedAt: optionalDate(report, 'CreatedAt'),
    operatingSystem: systemOf(report),
    packageCount: countPackages(results),
    findings: results.flatMap(({ findings }) => findings),
    ignoredCount: results.reduce((sum, { ignoredCount }) => sum + ignoredCount, 0),
    alerts: alertsOf(report),
  }
}

function identityOf({ Metadata }: Envelope): CarriedIdentity {
  return {
    manifests: digestsIn(Metadata.RepoDigests),
    configuration: Metadata.ImageID,
    diffIds: Metadata.DiffIDs,
  }
}

function systemOf({ Metadata: { OS } }: Envelope): string | undefined {
  if (OS === undefined || OS === null || OS.Family === 'none') return undefined
  return [OS.Family, OS.Name].filter((word) => word !== '').join(' ')
}

function alertsOf({ Metadata: { OS } }: Envelope): readonly string[] {
  if (OS?.EOSL !== true) return []
  return [`${OS.Family} ${OS.Name} is no longer supported: nobody looks for its vulnerabilities`]
}

interface ResultContent {
  /** Undefined where the report was made without its list of packages. */
  readonly packageCount: number | undefined
  readonly findings: readonly Finding[]
  readonly ignoredCount: number
}

const resultParts = new Set([
  'Packages',
  'Vulnerabilities',
  'MisconfSummary',
  'Misconfigurations',
  'Secrets',
  'Licenses',
  'CustomResources',
  'ExperimentalModifiedFindings',
])

function readResult(result: JsonObject, findLayer: FindLayer): ResultContent {
  refuseUnknownParts(result, resultParts)
  const target = {
    path: textAt(result, 'Target'),
    type: optionalText(result, 'Type') ?? 'generic',
    findLayer,
  }
  const each = (
    key: string,
    read: (one: JsonObject, target: Target) => Finding,
  ): readonly Finding[] =>
    eachOf(optionalList(result, key, { isNullable: false }), key, (one) => read(one, target))
  const failures = [...optionalList(result, 'Misconfigurations', { isNullable: false })].filter(
    isFailure,
  )
  requireFailures(result, failures.length)
  return {
    packageCount:
      result.Packages === undefined ? undefined : optionalList(result, 'Packages').length,
    findings: [
      ...each('Vulnerabilities', vulnerabilityIn),
      ...each('Secrets', secretIn),
      ...each('Licenses', licenceIn),
      ...eachOf(failures, 'Misconfigurations', (one) => misconfigurationIn(one, target)),
    ],
    ignoredCount: optionalList(result, 'ExperimentalModifiedFindings').length,
  }
}

/** The summary counts the failures: a list that was lost would go unnoticed. */
function requireFailures(result: JsonObject, found: number): void {
  const counted = optionalNumber(optionalObject(result, 'MisconfSummary') ?? {}, 'Failures') ?? 0
  if (counted <= found) return
  throw new Malformed('Misconfigurations', `are ${found}, and the summary counts ${counted}`)
}

function countPackages(results: readonly ResultContent[]): number | undefined {
  const counts = results
    .map(({ packageCount }) => packageCount)
    .filter((count) => count !== undefined)
  if (counts.length === 0 && results.length > 0) return undefined
  return counts.reduce((sum, count) => sum + count, 0)
}

interface Target {
  readonly path: string
  readonly type: string
  readonly findLayer: FindLayer
}

function layerIn(object: JsonObject, { findLayer }: Target): Finding['layer'] {
  const layer = optionalObject(object, 'Layer')
  if (layer === undefined) return undefined
  return findLayer(optionalText(layer, 'DiffID')) ?? findLayer(optionalText(layer, 'Digest'))
}

function vulnerabilityIn(object: JsonObject, target: Target): Finding {
  const fixedIn = (optionalText(object, 'FixedVersion') ?? '')
    .split(/,\s*/)
    .filter((one) => one !== '')
  const isFixed = fixedIn.length > 0
  return findingOf({
    kind: 'vulnerability',
    id: textAt(object, 'VulnerabilityID'),
    aliases: optionalTexts(object, 'VendorIDs'),
    title: optionalText(object, 'Title'),
    description: optionalText(object, 'Description'),
    severity: severityOf(textAt(object, 'Severity'), plainWords, 'Severity'),
    ratings: ratingsIn(object),
    package: packageIn(object, target),
    layer: layerIn(object, target),
    isFixed,
    fixState: isFixed ? 'fixed' : fixStateOf(optionalText(object, 'Status')),
    fixedIn,
    publishedAt: optionalDate(object, 'PublishedDate'),
    url: optionalText(object, 'PrimaryURL'),
    references: optionalTexts(object, 'References'),
  })
}

function fixStateOf(status: string | undefined): FixState {
  switch (status) {
    case 'affected':
    case 'fix_deferred':
      return 'not-fixed'
    case 'will_not_fix':
    case 'end_of_life':
      return 'wont-fix'
    case undefined:
    default:
      return 'unknown'
  }
}

function packageIn(object: JsonObject, target: Target): AffectedPackage {
  const purl = optionalText(optionalObject(object, 'PkgIdentifier') ?? {}, 'PURL')
  const path = optionalText(object, 'PkgPath')
  return {
    name: textAt(object, 'PkgName'),
    version: optionalText(object, 'InstalledVersion') ?? '',
    type: typeOfPurl(purl) ?? packageTypeOf(target.type),
    purl,
    path: path === undefined || path.startsWith('/') ? path : `/${path}`,
  }
}

const levels = ['unknown', 'low', 'medium', 'high', 'critical'] as const

function ratingsIn(object: JsonObject): readonly Rating[] {
  const severities = optionalObject(object, 'VendorSeverity') ?? {}
  const scores = optionalObject(object, 'CVSS') ?? {}
  const sources = new Set([...Object.keys(severities), ...Object.keys(scores)])
  return [...sources].map((source) => {
    const cvss = optionalObject(scores, source) ?? {}
    return {
      source,
      severity: levels[optionalNumber(severities, source) ?? 0] ?? 'unknown',
      score: firstNumber(cvss, ['V40Score', 'V3Score', 'V2Score']),
      vector: firstText(cvss, ['V40Vector', 'V3Vector', 'V2Vector']),
    }
  })
}

function firstNumber(object: JsonObject, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const number = optionalNumber(object, key)
    if (number !== undefined) return number
  }
  return undefined
}

function firstText(object: JsonObject, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const found = optionalText(object, key)
    if (found !== undefined) return found
  }
  return undefined
}

/** What was found is not repeated: Trivy masks most of a secret, but not all of them. */
function secretIn(object: JsonObject, target: Target): Finding {
  return findingOf({
    kind: 'secret',
    id: textAt(object, 'RuleID'),
    title: optionalText(object, 'Title'),
    severity: severityOf(textAt(object, 'Severity'), plainWords, 'Severity'),
    package: undefined,
    place: { path: target.path, line: optionalNumber(object, 'StartLine') },
    layer: layerIn(object, target),
  })
}

function licenceIn(object: JsonObject, target: Target): Finding {
  const name = textAt(object, 'Name')
  const subject = optionalText(object, 'PkgName')
  const path = optionalText(object, 'FilePath')
  return findingOf({
    kind: 'licence',
    id: name,
    title: optionalText(object, 'Category'),
    severity: severityOf(textAt(object, 'Severity'), plainWords, 'Severity'),
    package:
      subject === undefined
        ? undefined
        : { name: subject, version: '', type: packageTypeOf(target.type), purl: undefined, path },
    place: { path: path ?? target.path, line: undefined },
    url: optionalText(object, 'Link'),
  })
}

/** Checks that passed are in the report where it was asked for them. */
function isFailure(value: unknown): boolean {
  if (!isObject(value)) return true
  const status = optionalText(value, 'Status') ?? 'FAIL'
  if (status === 'FAIL') return true
  if (status === 'PASS' || status === 'EXCEPTION') return false
  throw new Malformed('Misconfigurations', `has the status "${status}", which is none of Trivy’s`)
}

function misconfigurationIn(object: JsonObject, target: Target): Finding {
  const cause = optionalObject(object, 'CauseMetadata') ?? {}
  return findingOf({
    kind: 'misconfiguration',
    id: textAt(object, 'ID'),
    aliases: [optionalText(object, 'AVDID')].filter((id) => id !== undefined),
    title: optionalText(object, 'Title'),
    description: optionalText(object, 'Message') ?? optionalText(object, 'Description'),
    severity: severityOf(textAt(object, 'Severity'), plainWords, 'Severity'),
    package: undefined,
    place: { path: target.path, line: optionalNumber(cause, 'StartLine') },
    layer: layerIn(object, target),
    url: optionalText(object, 'PrimaryURL'),
    references: optionalTexts(object, 'References'),
  })
}
