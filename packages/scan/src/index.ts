export {
  findingKinds,
  findingOf,
  fixStates,
  isAtLeast,
  severities,
  severityFrom,
  sortFindings,
} from './finding.ts'
export type {
  AffectedPackage,
  Finding,
  FindingKind,
  FindingLayer,
  FixState,
  Rating,
  RatedSeverity,
  Severity,
} from './finding.ts'
export { readGrypeReport } from './grype/read-report.ts'
export type { Expectation } from './grype/read-report.ts'
export { judge } from './policy.ts'
export type { Policy, Verdict } from './policy.ts'
export { mergeFindings, mergeReports } from './merge/merge-reports.ts'
export { packageTypeOf } from './package-type.ts'
export { readReport } from './readers/read-report.ts'
export type { ImageIdentity, ImageLayer, ReadOptions } from './readers/read-report.ts'
export { reportFormats } from './scan-report.ts'
export type { Binding, ReportFormat, ScanReport, VulnerabilityDatabase } from './scan-report.ts'
export { downloadRelease, grypeReleases } from './scanner/download-release.ts'
export type { DownloadPorts, ReleasePlaces } from './scanner/download-release.ts'
export { defaultVersion, findGrype, isAtLeastVersion, oldestVersion } from './scanner/find-grype.ts'
export type { FindPorts, FoundGrype, GrypeChoice } from './scanner/find-grype.ts'
export { grypeCommand } from './scanner/grype-command.ts'
export type { GrypeScan } from './scanner/grype-command.ts'
export { grypeVersions, releaseArchive } from './scanner/grype-releases.ts'
export type { Architecture, GrypeVersion, ReleaseArchive } from './scanner/grype-releases.ts'
export { grypeConfiguration, grypeEnvironment } from './scanner/grype-settings.ts'
export type { ScanSettings } from './scanner/grype-settings.ts'
export { scanWith } from './scanner/scan-with.ts'
export { scannerEnvironment } from './scanner/scanner-environment.ts'
export { findScanner, oldestVersions } from './scanner/find-scanner.ts'
export type { FindScannerPorts, ScannerChoice } from './scanner/find-scanner.ts'
export { obtainRelease } from './scanner/obtain-release.ts'
export type { ReleasePorts } from './scanner/obtain-release.ts'
export { compromiseOf, releasedVersions, scannerArchive } from './scanner/scanner-releases.ts'
export { runnerToolStore } from './scanner/tool-store.ts'
export type { KeptTool, ToolStore } from './scanner/tool-store.ts'
export { scannerNames } from './scanner/scanner.ts'
export type {
  ScanOptions,
  ScanResult,
  ScanSubject,
  Scanner,
  ScannerName,
  ScannerPorts,
} from './scanner/scanner.ts'
export { scanLayout } from './scanner/scan-layout.ts'
export type { ScanPorts, ScanRequest } from './scanner/scan-layout.ts'
