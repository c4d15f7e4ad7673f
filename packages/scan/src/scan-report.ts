import type { Finding } from './finding.ts'

/** The vulnerabilities that a scanner knew of when it looked. */
export interface VulnerabilityDatabase {
  readonly built: Date
  readonly schemaVersion: string
}

/** What a scanner says of one image. */
export interface ScanReport {
  /** The digest of the manifest that was scanned. */
  readonly digest: string
  readonly scanner: { readonly name: string; readonly version: string }
  readonly database: VulnerabilityDatabase
  /** Worst first. */
  readonly findings: readonly Finding[]
  /** How many matches the scanner left out by rules of its own. */
  readonly ignoredCount: number
  /** What makes the findings less certain: `Package is from end-of-life distro: …`. */
  readonly alerts: readonly string[]
}
