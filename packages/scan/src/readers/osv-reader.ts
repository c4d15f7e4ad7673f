import * as v from 'valibot'
import { findingOf } from '../finding.ts'
import type { AffectedPackage, Finding, Rating, Severity } from '../finding.ts'
import { packageTypeOf } from '../package-type.ts'
import { anyList, checked } from './envelope.ts'
import {
  Malformed,
  asObject,
  eachOf,
  isObject,
  listAt,
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
import type { ReadContent, ReportReader } from './report-reader.ts'
import { severityOf, severityOfScore } from './severity-words.ts'
import type { SeverityWords } from './severity-words.ts'
import { plainId } from './vulnerability-ids.ts'

const envelope = v.object({
  results: anyList,
  image_metadata: v.nullish(v.record(v.string(), v.unknown()), {}),
})

/** Reads OSV-Scanner's JSON (`osv-scanner scan image --format json`). */
export const osvReader: ReportReader = {
  format: 'osv-scanner',
  title: 'OSV-Scanner',
  recognises: (document) =>
    isObject(document) &&
    Array.isArray(document.results) &&
    (document.results.length === 0 ||
      (isObject(document.results[0]) && 'source' in document.results[0])),
  read: (document, findLayer) => readOsv(asObject(document), findLayer),
}

const parts = new Set([
  ...['results', 'image_metadata', 'experimental_config', 'experimental_generic_findings'],
  ...['license_summary', 'experimental_license_summary'],
])

function readOsv(document: JsonObject, findLayer: FindLayer): ReadContent {
  const report = checked(envelope, document, parts)
  const image = report.image_metadata
  const diffIds = eachOf(optionalList(image, 'layer_metadata'), 'layer_metadata', (layer) =>
    optionalText(layer, 'diff_id'),
  )
  const context = { findLayer, diffIds }
  const packages = eachOf(report.results, 'results', (result) => readResult(result, context)).flat()
  return {
    identity: {
      manifests: [],
      configuration: undefined,
      diffIds: diffIds.filter((diffId) => diffId !== undefined),
    },
    scanner: { name: 'osv-scanner', version: 'unknown' },
    operatingSystem: optionalText(image, 'os'),
    findings: packages.flat(),
  }
}

interface Context {
  readonly findLayer: FindLayer
  readonly diffIds: readonly (string | undefined)[]
}

function readResult(result: JsonObject, context: Context): readonly (readonly Finding[])[] {
  const path = optionalText(optionalObject(result, 'source') ?? {}, 'path')
  return eachOf(listAt(result, 'packages'), 'packages', (one) => readPackage(one, path, context))
}

function readPackage(
  one: JsonObject,
  path: string | undefined,
  { findLayer, diffIds }: Context,
): readonly Finding[] {
  const described = objectAt(one, 'package')
  const subject = packageIn(described, path)
  const origin = optionalObject(described, 'image_origin_details') ?? {}
  const layer = findLayer(diffIds[optionalNumber(origin, 'index') ?? -1])
  const groups = groupsIn(one)
  const vulnerabilities = optionalList(one, 'vulnerabilities', { isNullable: false })
  const findings = eachOf(vulnerabilities, 'vulnerabilities', (vulnerability) =>
    vulnerabilityIn(vulnerability, { subject, groups, layer }),
  )
  requireAll(groups, vulnerabilities.length)
  return findings
}

/** Each group is one vulnerability, however many databases have it. */
interface Group {
  readonly ids: readonly string[]
  readonly aliases: readonly string[]
  readonly score: number | undefined
}

function groupsIn(one: JsonObject): readonly Group[] {
  return eachOf(optionalList(one, 'groups', { isNullable: false }), 'groups', (group) => {
    const score = optionalText(group, 'max_severity')
    return {
      ids: optionalTexts(group, 'ids'),
      aliases: optionalTexts(group, 'aliases'),
      score: score === undefined ? undefined : Number(score),
    }
  })
}

/** The groups are counted against the vulnerabilities: a list that was lost would go unnoticed. */
function requireAll(groups: readonly Group[], found: number): void {
  const grouped = groups.reduce((sum, { ids }) => sum + ids.length, 0)
  if (grouped <= found) return
  throw new Malformed('vulnerabilities', `are ${found}, and the groups name ${grouped}`)
}

function packageIn(described: JsonObject, path: string | undefined): AffectedPackage {
  const [ecosystem = ''] = textAt(described, 'ecosystem').split(':')
  return {
    name: optionalText(described, 'os_package_name') ?? textAt(described, 'name'),
    version: optionalText(described, 'version') ?? '',
    type: packageTypeOf(ecosystem),
    purl: undefined,
    path,
  }
}

interface Found {
  readonly subject: AffectedPackage
  readonly groups: readonly Group[]
  readonly layer: Finding['layer']
}

function vulnerabilityIn(object: JsonObject, { subject, groups, layer }: Found): Finding {
  const id = textAt(object, 'id')
  const group = groups.find(({ ids }) => ids.includes(id))
  const fixedIn = fixesIn(object, subject)
  const ratings = ratingsIn(object)
  return findingOf({
    kind: 'vulnerability',
    id: plainId(id),
    aliases: aliasesOf(object, group, id),
    title: optionalText(object, 'summary'),
    description: optionalText(object, 'details'),
    severity: severityIn(object, group),
    ratings,
    package: subject,
    layer,
    isFixed: fixedIn.length > 0,
    fixedIn,
    publishedAt: optionalDate(object, 'published'),
    url: `https://osv.dev/vulnerability/${encodeURIComponent(id)}`,
    references: eachOf(optionalList(object, 'references'), 'references', (one) =>
      textAt(one, 'url'),
    ),
  })
}

/** `upstream` is what a distribution's record is about; `related` is only like it. */
function aliasesOf(object: JsonObject, group: Group | undefined, id: string): readonly string[] {
  const all = [
    ...optionalTexts(object, 'aliases'),
    ...optionalTexts(object, 'upstream'),
    ...(group?.aliases ?? []),
  ].map(plainId)
  return [...new Set(all)].filter((alias) => alias !== plainId(id)).toSorted()
}

const words: SeverityWords = {
  critical: 'critical',
  high: 'high',
  moderate: 'medium',
  medium: 'medium',
  low: 'low',
  unknown: 'unknown',
}

function severityIn(object: JsonObject, group: Group | undefined): Severity {
  const specific = optionalObject(object, 'database_specific') ?? {}
  const word = typeof specific.severity === 'string' ? specific.severity : undefined
  const byScore = severityOfScore(group?.score)
  if (byScore !== 'unknown' || word === undefined) return byScore
  return severityOf(word, words, 'database_specific.severity')
}

function ratingsIn(object: JsonObject): readonly Rating[] {
  return eachOf(optionalList(object, 'severity'), 'severity', (one) => ({
    source: 'osv',
    severity: 'unknown' as const,
    score: undefined,
    vector: optionalText(one, 'score'),
  }))
}

function fixesIn(object: JsonObject, { name }: AffectedPackage): readonly string[] {
  const versions = eachOf(optionalList(object, 'affected'), 'affected', (affected) => {
    const described = optionalText(optionalObject(affected, 'package') ?? {}, 'name')
    if (described !== undefined && described !== name) return []
    return eachOf(optionalList(affected, 'ranges'), 'ranges', (range) =>
      eachOf(optionalList(range, 'events'), 'events', (event) => optionalText(event, 'fixed')),
    ).flat()
  }).flat()
  return [...new Set(versions.filter((version) => version !== undefined))]
}
