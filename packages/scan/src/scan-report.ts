import type { Finding } from './finding.ts'

/** The formats of reports that are read, each as its tool documents it. */
export const reportFormats = [
  'grype',
  'trivy',
  'sarif',
  'cyclonedx',
  'spdx',
  'osv-scanner',
  'clair',
  'snyk',
] as const

/** One of {@link reportFormats}. */
export type ReportFormat = (typeof reportFormats)[number]

/** The vulnerabilities that a scanner knew of when it looked. */
export interface VulnerabilityDatabase {
  readonly built: Date
  readonly schemaVersion: string
}

/**
 * How it is known that a report is about the image: it names the image's manifest, its
 * configuration or its layers, or nothing of the kind, so that whoever gave it is believed.
 */
export type Binding = 'manifest' | 'configuration' | 'layers' | 'assumed'

/** What a scanner says of one image. */
export interface ScanReport {
  /** What was read, or the service that was asked. */
  readonly format: ReportFormat | 'oci-vulnerability-scanning'
  /** The digest of the manifest of the image that it is about. */
  readonly digest: string
  readonly binding: Binding
  readonly scanner: { readonly name: string; readonly version: string }
  /** Undefined where a report of this format does not say. */
  readonly database: VulnerabilityDatabase | undefined
  /** When the image was scanned, where the report says so. */
  readonly scannedAt: Date | undefined
  /** `linux/arm64`, where the image has several platforms. */
  readonly platform: string | undefined
  /** `debian 12.8`; undefined where the scanner saw none or does not say. */
  readonly operatingSystem: string | undefined
  /** How many packages the scanner looked at, where the report says so. */
  readonly packageCount: number | undefined
  /** Worst first. */
  readonly findings: readonly Finding[]
  /** How many matches the scanner left out by rules of its own. */
  readonly ignoredCount: number
  /** What makes the findings less certain: `Package is from end-of-life distro: …`. */
  readonly alerts: readonly string[]
}
