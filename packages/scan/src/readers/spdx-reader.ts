import * as v from 'valibot'
import { findingOf } from '../finding.ts'
import type { AffectedPackage, Finding } from '../finding.ts'
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
  optionalText,
  textAt,
} from './json-value.ts'
import type { JsonObject } from './json-value.ts'
import { packageOfPurl } from './package-url.ts'
import type { ReadContent, ReportReader } from './report-reader.ts'
import { plainId, vulnerabilityIdIn } from './vulnerability-ids.ts'

const envelope = v.object({
  creationInfo: v.optional(v.record(v.string(), v.unknown()), {}),
  packages: anyList,
})

/**
 * Reads an SPDX 2 document in JSON whose packages have security references. One without any is a
 * list of packages, in which nobody looked for vulnerabilities.
 */
export const spdxReader: ReportReader = {
  format: 'spdx',
  title: 'SPDX',
  recognises: (document) => isObject(document) && typeof document.spdxVersion === 'string',
  read: (document) => readSpdx(asObject(document)),
}

const parts = new Set([
  ...['creationInfo', 'packages', 'files', 'snippets', 'relationships', 'annotations'],
  ...['documentDescribes', 'externalDocumentRefs', 'hasExtractedLicensingInfos', 'revieweds'],
])

function readSpdx(document: JsonObject): ReadContent {
  requireVersion(document, 'spdxVersion', ['SPDX-2.2', 'SPDX-2.3'])
  const report = checked(envelope, document, parts)
  const packages = eachOf(report.packages, 'packages', (one) => ({
    subject: packageIn(one),
    isImage: isImage(one),
    references: securityReferences(one),
  }))
  const findings = packages.flatMap(({ subject, references }) => findingsOf(subject, references))
  if (findings.length === 0) {
    throw new Malformed(
      'packages',
      'have no security references: this is a list of packages, and nobody looked for vulnerabilities in them. Scan it as "sbom"',
    )
  }
  return {
    identity: imagesOfSpdx(document),
    scanner: { name: creatorOf(report.creationInfo), version: 'unknown' },
    scannedAt: optionalDate(report.creationInfo, 'created'),
    packageCount: packages.filter((one) => !one.isImage).length,
    findings,
    alerts: ['SPDX has no severities: none of its vulnerabilities is rated'],
  }
}

/** The image that an SPDX document says it describes. */
export function imagesOfSpdx(document: JsonObject): CarriedIdentity {
  const images = eachOf(optionalList(document, 'packages'), 'packages', (one) =>
    isImage(one) ? packageIn(one) : undefined,
  )
  const named = images
    .filter((image) => image !== undefined)
    .flatMap(({ version, purl = '' }) => [version, purl.replace(/%3A/i, ':')])
  return { manifests: [...new Set(digestsIn(named))], configuration: undefined, diffIds: [] }
}

function creatorOf(information: JsonObject): string {
  const creators = optionalList(information, 'creators')
  const tool = [...creators].find((one) => typeof one === 'string' && one.startsWith('Tool: '))
  return typeof tool === 'string' ? tool.slice('Tool: '.length) : 'SPDX'
}

function isImage(one: JsonObject): boolean {
  return one.primaryPackagePurpose === 'CONTAINER' || purlIn(one)?.startsWith('pkg:oci/') === true
}

interface Reference {
  readonly category: string
  readonly type: string
  readonly locator: string
}

function referencesIn(one: JsonObject): readonly Reference[] {
  return eachOf(optionalList(one, 'externalRefs'), 'externalRefs', (reference) => ({
    category: textAt(reference, 'referenceCategory'),
    type: textAt(reference, 'referenceType'),
    locator: textAt(reference, 'referenceLocator'),
  }))
}

function purlIn(one: JsonObject): string | undefined {
  return referencesIn(one).find(({ type }) => type === 'purl')?.locator
}

function packageIn(one: JsonObject): AffectedPackage {
  const purl = purlIn(one)
  const version = optionalText(one, 'versionInfo') ?? ''
  if (purl === undefined) {
    return { name: textAt(one, 'name'), version, type: 'generic', purl, path: undefined }
  }
  const named = packageOfPurl(purl, undefined)
  return { ...named, version: version === '' ? named.version : version }
}

/** CPEs are in this category too; they name a product, and no vulnerability of it. */
function securityReferences(one: JsonObject): readonly Reference[] {
  return referencesIn(one).filter(
    ({ category, type }) => category === 'SECURITY' && !type.startsWith('cpe'),
  )
}

function findingsOf(
  subject: AffectedPackage,
  references: readonly Reference[],
): readonly Finding[] {
  const fixes = references.filter(({ type }) => type === 'fix')
  const byId = new Map<string, Reference[]>()
  for (const reference of references) {
    if (reference.type !== 'advisory' && reference.type !== 'url') continue
    const id = plainId(vulnerabilityIdIn(reference.locator) ?? reference.locator)
    byId.set(id, [...(byId.get(id) ?? []), reference])
  }
  return [...byId].map(([id, [first]]) =>
    findingOf({
      kind: 'vulnerability',
      id,
      severity: 'unknown',
      package: subject,
      isFixed: fixes.some(({ locator }) => locator.includes(id)),
      url: first?.locator,
    }),
  )
}
