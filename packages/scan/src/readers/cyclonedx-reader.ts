import * as v from 'valibot'
import { findingOf } from '../finding.ts'
import type { AffectedPackage, Finding, Rating, Severity } from '../finding.ts'
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
  textAt,
} from './json-value.ts'
import type { JsonList, JsonObject } from './json-value.ts'
import type { FindLayer } from './layer-origin.ts'
import { packageOfPurl } from './package-url.ts'
import type { ReadContent, ReportReader } from './report-reader.ts'
import { severityOf, severityOfScore } from './severity-words.ts'
import type { SeverityWords } from './severity-words.ts'

const envelope = v.object({
  bomFormat: v.literal('CycloneDX'),
  metadata: v.optional(v.record(v.string(), v.unknown()), {}),
  components: v.optional(anyList, () => []),
  vulnerabilities: v.optional(anyList),
})

/** Reads a CycloneDX document with vulnerabilities (a VDR), in JSON. */
export const cyclonedxReader: ReportReader = {
  format: 'cyclonedx',
  title: 'CycloneDX',
  recognises: (document) => isObject(document) && document.bomFormat === 'CycloneDX',
  read: (document, findLayer) => readCycloneDx(asObject(document), findLayer),
}

const parts = new Set([
  ...['metadata', 'components', 'services', 'externalReferences', 'dependencies', 'compositions'],
  ...['vulnerabilities', 'annotations', 'formulation', 'declarations', 'definitions', 'properties'],
  ...['signature', 'citations', 'patents'],
])

function readCycloneDx(document: JsonObject, findLayer: FindLayer): ReadContent {
  requireVersion(document, 'specVersion', ['1.4', '1.5', '1.6', '1.7'])
  const report = checked(envelope, document, parts)
  const scanner = toolOf(report.metadata)
  // Grype leaves the list out where it found nothing; from others that means that nobody looked.
  if (report.vulnerabilities === undefined && scanner.name !== 'grype') {
    throw new Malformed(
      'vulnerabilities',
      'is missing: this is a list of components, and nobody looked for vulnerabilities in them. Scan it as "sbom"',
    )
  }
  const components = componentsOf(report.components)
  const read = eachOf(report.vulnerabilities ?? [], 'vulnerabilities', (one) =>
    readVulnerability(one, { components, findLayer }),
  )
  const analysed = read.filter(({ isAnalysed }) => isAnalysed).length
  return {
    identity: imageOfCycloneDx(optionalObject(report.metadata, 'component') ?? {}),
    scanner,
    scannedAt: optionalDate(report.metadata, 'timestamp'),
    operatingSystem: systemOf(report.components),
    packageCount: components.packageCount,
    findings: read.flatMap(({ findings }) => findings),
    alerts:
      analysed === 0
        ? []
        : [
            `${analysed} of its vulnerabilities are analysed as harmless, and are judged all the same`,
          ],
  }
}

interface Components {
  readonly byReference: ReadonlyMap<string, JsonObject>
  readonly packageCount: number
}

function componentsOf(list: JsonList): Components {
  const byReference = new Map<string, JsonObject>()
  let packageCount = 0
  collect(list, 'components')
  return { byReference, packageCount }

  function collect(components: JsonList, key: string): void {
    eachOf(components, key, (component) => {
      const reference = optionalText(component, 'bom-ref')
      if (reference !== undefined) byReference.set(reference, component)
      if (component.type !== 'operating-system' && component.type !== 'file') packageCount += 1
      collect(optionalList(component, 'components'), 'components')
    })
  }
}

function systemOf(list: JsonList): string | undefined {
  const system = [...list].filter(isObject).find(({ type }) => type === 'operating-system')
  if (system === undefined) return undefined
  return [textAt(system, 'name'), optionalText(system, 'version')].filter(Boolean).join(' ')
}

/** Syft's and Grype's version is the manifest's digest; Trivy has properties, others a purl. */
export function imageOfCycloneDx(component: JsonObject): CarriedIdentity {
  const properties = propertiesOf(component)
  const named = [
    optionalText(component, 'version') ?? '',
    optionalText(component, 'purl') ?? '',
    ...(properties.get('aquasecurity:trivy:RepoDigest') ?? []),
  ].map((text) => text.replace(/%3A/i, ':'))
  return {
    manifests: [...new Set(digestsIn(named))],
    configuration: properties.get('aquasecurity:trivy:ImageID')?.[0],
    diffIds: properties.get('aquasecurity:trivy:DiffID') ?? [],
  }
}

function propertiesOf(component: JsonObject): ReadonlyMap<string, readonly string[]> {
  const properties = new Map<string, readonly string[]>()
  eachOf(optionalList(component, 'properties'), 'properties', (property) => {
    const name = optionalText(property, 'name') ?? ''
    const value = optionalText(property, 'value') ?? ''
    properties.set(name, [...(properties.get(name) ?? []), value])
  })
  return properties
}

/** Up to 1.4 tools are a list, from 1.5 on an object of components. */
function toolOf(metadata: JsonObject): ReadContent['scanner'] {
  const tools = metadata.tools
  const list = isObject(tools) ? optionalList(tools, 'components') : optionalList(metadata, 'tools')
  const [first] = eachOf(list, 'metadata.tools', (tool) => ({
    name: textAt(tool, 'name'),
    version: optionalText(tool, 'version') ?? 'unknown',
  }))
  return first ?? { name: 'CycloneDX', version: 'unknown' }
}

interface Context {
  readonly components: Components
  readonly findLayer: FindLayer
}

const harmless = new Set(['resolved', 'resolved_with_pedigree', 'false_positive', 'not_affected'])

function readVulnerability(
  vulnerability: JsonObject,
  context: Context,
): { readonly findings: readonly Finding[]; readonly isAnalysed: boolean } {
  const id = textAt(vulnerability, 'id')
  const ratings = ratingsIn(vulnerability)
  const source = optionalObject(vulnerability, 'source') ?? {}
  const known = {
    kind: 'vulnerability' as const,
    id,
    aliases: aliasesIn(vulnerability, id),
    description: optionalText(vulnerability, 'description'),
    severity: worstOf(ratings),
    ratings,
    publishedAt: optionalDate(vulnerability, 'published'),
    url: optionalText(source, 'url'),
    references: eachOf(optionalList(vulnerability, 'advisories'), 'advisories', (advisory) =>
      textAt(advisory, 'url'),
    ),
  }
  const affected = affectedBy(vulnerability, context)
  const analysis = optionalObject(vulnerability, 'analysis') ?? {}
  return {
    // One of which it is not said what it affects affects the image.
    findings:
      affected.length === 0
        ? [findingOf({ ...known, package: undefined })]
        : affected.map((where) => findingOf({ ...known, ...where })),
    isAnalysed: harmless.has(optionalText(analysis, 'state') ?? ''),
  }
}

function aliasesIn(vulnerability: JsonObject, id: string): readonly string[] {
  const references = eachOf(optionalList(vulnerability, 'references'), 'references', (reference) =>
    textAt(reference, 'id'),
  )
  return [...new Set(references)].filter((alias) => alias !== id).toSorted()
}

const words: SeverityWords = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
  info: 'negligible',
  none: 'negligible',
  unknown: 'unknown',
}

function ratingsIn(vulnerability: JsonObject): readonly Rating[] {
  return eachOf(optionalList(vulnerability, 'ratings'), 'ratings', (rating) => {
    const score = optionalNumber(rating, 'score')
    const word = optionalText(rating, 'severity')
    return {
      source: optionalText(optionalObject(rating, 'source') ?? {}, 'name') ?? 'unknown',
      severity: word === undefined ? severityOfScore(score) : severityOf(word, words, 'severity'),
      score,
      vector: optionalText(rating, 'vector'),
    }
  })
}

const order: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'negligible']

/** A document has ratings of several sources and prefers none of them. */
function worstOf(ratings: readonly Rating[]): Severity {
  return order.find((one) => ratings.some(({ severity }) => severity === one)) ?? 'unknown'
}

type Where = Pick<Finding, 'package' | 'layer' | 'isFixed' | 'fixedIn'>

function affectedBy(vulnerability: JsonObject, context: Context): readonly Where[] {
  return eachOf(optionalList(vulnerability, 'affects'), 'affects', (affects) => {
    const reference = textAt(affects, 'ref')
    const component = context.components.byReference.get(bomReference(reference))
    const fixedIn = fixesIn(vulnerability, affects)
    const found = component === undefined ? fromReference(reference) : fromComponent(component)
    const properties = component === undefined ? undefined : propertiesOf(component)
    const layer =
      properties?.get('aquasecurity:trivy:LayerDiffID') ??
      properties?.get('syft:location:0:layerID')
    return {
      package: found,
      layer: context.findLayer(layer?.[0]),
      isFixed: fixedIn.length > 0,
      fixedIn,
    }
  })
}

/** A BOM-Link, `urn:cdx:serial/1#reference`, ends with the reference. */
function bomReference(reference: string): string {
  const match = /^urn:cdx:[^#]*#(.*)$/.exec(reference)
  return match?.[1] ?? reference
}

function fromReference(reference: string): AffectedPackage {
  if (reference.startsWith('pkg:')) return packageOfPurl(reference, undefined)
  return { name: reference, version: '', type: 'generic', purl: undefined, path: undefined }
}

function fromComponent(component: JsonObject): AffectedPackage {
  const properties = propertiesOf(component)
  const path =
    properties.get('syft:location:0:path')?.[0] ??
    properties.get('aquasecurity:trivy:FilePath')?.[0]
  const purl = optionalText(component, 'purl')
  const version = optionalText(component, 'version') ?? ''
  const rooted = path === undefined || path.startsWith('/') ? path : `/${path}`
  if (purl !== undefined) {
    const named = packageOfPurl(purl, rooted)
    return { ...named, version: version === '' ? named.version : version }
  }
  const group = optionalText(component, 'group')
  const name = textAt(component, 'name')
  return {
    name: group === undefined ? name : `${group}/${name}`,
    version,
    type: 'generic',
    purl: undefined,
    path: rooted,
  }
}

/** Versions marked as unaffected (Grype), or what is recommended (Trivy: `Upgrade npm to version 1.2.6`). */
function fixesIn(vulnerability: JsonObject, affects: JsonObject): readonly string[] {
  const unaffected = eachOf(optionalList(affects, 'versions'), 'versions', (version) => {
    if (optionalText(version, 'status') !== 'unaffected') return undefined
    const range = optionalText(version, 'range')
    return optionalText(version, 'version') ?? /^vers:[^/]*\/>=([^|<>]+)$/.exec(range ?? '')?.[1]
  }).filter((version) => version !== undefined)
  if (unaffected.length > 0) return unaffected.map(decodedVersion)
  const advice = optionalText(vulnerability, 'recommendation') ?? ''
  const versions = /\bto version ([^;]+)/.exec(advice)?.[1] ?? ''
  return versions.split(/,\s*/).filter((version) => version !== '')
}

function decodedVersion(version: string): string {
  return version.replaceAll('%2B', '+').replaceAll('%3A', ':').replaceAll('%7E', '~')
}
