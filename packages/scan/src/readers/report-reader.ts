import type { Finding } from '../finding.ts'
import type { ReportFormat, VulnerabilityDatabase } from '../scan-report.ts'
import type { CarriedIdentity } from './image-binding.ts'
import type { FindLayer } from './layer-origin.ts'

/** What one report says, before it is compared with the image that it should be about. */
export interface ReadContent {
  readonly identity: CarriedIdentity
  readonly scanner: { readonly name: string; readonly version: string }
  readonly database?: VulnerabilityDatabase | undefined
  readonly scannedAt?: Date | undefined
  readonly operatingSystem?: string | undefined
  readonly packageCount?: number | undefined
  readonly findings: readonly Finding[]
  readonly ignoredCount?: number
  readonly alerts?: readonly string[]
}

/** What knows one format. */
export interface ReportReader {
  readonly format: ReportFormat
  /** What people call the format. */
  readonly title: string
  /** Whether a document is of this format, by what only this format has. */
  recognises(document: unknown): boolean
  /**
   * Reads a document, fully: a part that is not understood is an error.
   * @throws Malformed
   */
  read(document: unknown, findLayer: FindLayer): ReadContent
}
