import type { Clock, Exec, Files, Log } from '@oke-pipeline/core'
import type { FindingKind } from '../finding.ts'
import type { ImageIdentity } from '../readers/image-identity.ts'
import type { ScanReport } from '../scan-report.ts'

/** The scanners that are run. */
export const scannerNames = ['grype', 'trivy'] as const

/** One of {@link scannerNames}. */
export type ScannerName = (typeof scannerNames)[number]

/** A scanner that can be run. */
export interface Scanner {
  readonly name: ScannerName
  readonly version: string
  readonly origin: 'input' | 'PATH' | 'release'
  /** Two programs with the same identity are the same. */
  readonly identity: string
  /** The program; a release is downloaded when this is first called. */
  readonly file: () => Promise<string>
}

/** One image to be scanned: in a layout, by the digest of its manifest. */
export interface ScanSubject {
  readonly image: ImageIdentity
  /** The folder of the layout. */
  readonly layout: string
  /** The media type and size of the image's manifest. */
  readonly manifest: { readonly mediaType: string; readonly size: number }
  /** An SBOM of the image (CycloneDX or SPDX JSON) that is scanned instead of its layers. */
  readonly sbom: string | undefined
}

/** How images are scanned. */
export interface ScanOptions {
  readonly databaseMaxAgeSeconds: number
  readonly timeoutSeconds: number
  /** What is looked for; Grype finds vulnerabilities only. */
  readonly kinds: readonly FindingKind[]
  /** Where answers are kept; undefined for nowhere. */
  readonly cache: string | undefined
  /** Where databases come from instead of the projects' own places. */
  readonly mirrors?: Readonly<Partial<Record<ScannerName, string>>>
}

/** What a scan needs of the world; `exec` runs programs in {@link scannerEnvironment}. */
export interface ScannerPorts {
  readonly exec: Exec
  readonly files: Files
  readonly log: Log
  readonly clock: Clock
  /** The environment that says where scanners keep their databases. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** How much memory programs can still have. */
  readonly freeMemoryBytes?: () => number
}

/** What one scanner says of one image. */
export interface ScanResult {
  readonly scanner: Scanner
  readonly report: ScanReport
  /** The report as the scanner wrote it. */
  readonly text: string
  /** Whether it comes from the cache. */
  readonly isCached: boolean
  readonly seconds: number
}

/** One scanner, one image. */
export interface Scan {
  readonly scanner: Scanner
  readonly subject: ScanSubject
  readonly options: ScanOptions
}
