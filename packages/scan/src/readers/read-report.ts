import type { GateError } from '@oke-pipeline/core'
import { sortFindings } from '../finding.ts'
import type { Finding } from '../finding.ts'
import type { Binding, ReportFormat, ScanReport, VulnerabilityDatabase } from '../scan-report.ts'
import { clairReader } from './clair-reader.ts'
import { cyclonedxReader } from './cyclonedx-reader.ts'
import { requireRecent } from './database-age.ts'
import { grypeReader } from './grype-reader.ts'
import { bind } from './image-binding.ts'
import type { ImageIdentity } from './image-identity.ts'
import { Malformed } from './json-value.ts'
import { parseWithLargeLists } from './large-lists.ts'
import { layerFinder } from './layer-origin.ts'
import { nearestFirst } from './nearest-fix.ts'
import { osvReader } from './osv-reader.ts'
import { unusable } from './problems.ts'
import type { ReadContent, ReportReader } from './report-reader.ts'
import { sarifReader } from './sarif-reader.ts'
import { snykReader } from './snyk-reader.ts'
import { spdxReader } from './spdx-reader.ts'
import { trivyReader } from './trivy-reader.ts'

/** What a report must be about, and how old its knowledge may be. */
export interface ReadOptions {
  /** How errors call the report: `"trivy.json"`, `the report of Grype`. */
  readonly name: string
  /** By default the format is recognised. */
  readonly format?: ReportFormat | undefined
  readonly image: ImageIdentity
  readonly databaseMaxAgeSeconds: number
  readonly now: Date
  /** The database that was used, where the report itself does not say. */
  readonly database?: VulnerabilityDatabase | undefined
  /** How it is known that the report is about the image, where it comes from a file that says so. */
  readonly binding?: Binding | undefined
  /** How many packages were looked at, where the report itself does not say. */
  readonly packageCount?: number | undefined
}

const readers: readonly ReportReader[] = [
  grypeReader,
  trivyReader,
  sarifReader,
  cyclonedxReader,
  spdxReader,
  clairReader,
  osvReader,
  snykReader,
]

/**
 * Reads a report of any of the known formats.
 * @throws GateError when it cannot be read, is about another image, or was made with a database
 * that is missing, invalid or too old: the gate stays closed then.
 */
export function readReport(text: string, options: ReadOptions): ScanReport {
  const { name, image } = options
  const document = documentOf(text, name)
  const reader = readerFor(document, options)
  const content = contentOf(document, reader, options)
  const own = bind(name, content.identity, image)
  const binding = own === 'assumed' ? (options.binding ?? own) : own
  const database = content.database ?? options.database
  requireRecent(reader.title, { database, scannedAt: content.scannedAt }, options)
  return {
    format: reader.format,
    digest: image.digest,
    binding,
    scanner: content.scanner,
    database,
    scannedAt: content.scannedAt,
    platform: image.platform,
    operatingSystem: content.operatingSystem,
    packageCount: content.packageCount ?? options.packageCount,
    findings: attributed(content, image),
    ignoredCount: content.ignoredCount ?? 0,
    alerts: alertsOf(content, { binding, database, name }),
  }
}

function documentOf(text: string, name: string): unknown {
  if (text.trim() === '') throw unusable(name, 'It is empty.')
  try {
    // Some tools of Windows begin a file with a byte order mark.
    return parseWithLargeLists(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  } catch (error) {
    throw notJson(name, error)
  }
}

function notJson(name: string, cause: unknown): GateError {
  return unusable(name, 'It is not JSON, or it was cut off.', cause)
}

function readerFor(document: unknown, { name, format }: ReadOptions): ReportReader {
  const reader =
    format === undefined
      ? readers.find((candidate) => candidate.recognises(document))
      : readers.find((candidate) => candidate.format === format)
  if (reader !== undefined) return reader
  throw unusable(
    name,
    `It is in no format that is known here: ${readers.map(({ title }) => title).join(', ')}.`,
  )
}

function contentOf(document: unknown, reader: ReportReader, options: ReadOptions): ReadContent {
  try {
    return reader.read(document, layerFinder(options.image))
  } catch (error) {
    if (error instanceof SyntaxError) throw notJson(options.name, error)
    if (!(error instanceof Malformed)) throw error
    const place = error.place === '' ? 'The report' : `At ${error.place}: it`
    throw unusable(options.name, `${place} ${error.problem} (${reader.title}).`, error)
  }
}

/**
 * Says of each finding who found it and where. The reader made them a moment ago, and nobody else
 * has them: a copy of each would take as much memory again.
 */
function attributed({ findings, scanner }: ReadContent, image: ImageIdentity): readonly Finding[] {
  const foundBy = [scanner.name.toLowerCase()]
  const platforms = image.platform === undefined ? [] : [image.platform]
  for (const finding of findings) {
    const fixedIn = nearestFirst(finding.package?.version, finding.fixedIn)
    Object.assign(finding, { fixedIn, foundBy, platforms })
  }
  return sortFindings(findings)
}

interface Circumstances {
  readonly binding: ScanReport['binding']
  readonly database: VulnerabilityDatabase | undefined
  readonly name: string
}

function alertsOf(
  { alerts = [] }: ReadContent,
  { binding, database, name }: Circumstances,
): readonly string[] {
  const doubts = [
    ...(binding === 'assumed'
      ? [`Nothing in ${name} says which image it is about: it is believed`]
      : []),
    ...(database === undefined
      ? [`Nothing in ${name} says how old the database was: it may have been any`]
      : []),
  ]
  return [...new Set([...doubts, ...alerts])].toSorted()
}

/**
 * The findings of a report of whatever image, and of whatever age: to compare with, not to judge.
 * @throws GateError when it cannot be read.
 */
export function readUnboundReport(text: string, name: string): readonly Finding[] {
  const options = { name, image: nowhere, databaseMaxAgeSeconds: Infinity, now: new Date(0) }
  const document = documentOf(text, name)
  const content = contentOf(document, readerFor(document, options), options)
  return attributed(content, nowhere)
}

const nowhere: ImageIdentity = {
  digest: '',
  indexDigest: undefined,
  configDigest: '',
  layers: [],
  baseLayerCount: undefined,
  platform: undefined,
}
