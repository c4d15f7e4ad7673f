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
export { baselineOf, unusableBaseline } from './baseline/baseline.ts'
export type { Baseline } from './baseline/baseline.ts'
export type { ImagePlatform, JudgeContext, JudgedImage } from './gate/judge-context.ts'
export type {
  AppliedVex,
  BaselineReport,
  Decision,
  JudgedFinding,
  Judgement,
  Outcome,
  RefusedWaiver,
  SeverityCounts,
  VexReport,
  WaiverReport,
  WaiverUse,
} from './gate/judgement.ts'
export { judge } from './gate/judge.ts'
export { parseGatePolicy } from './policy/parse-gate-policy.ts'
export { GatePolicyFile } from './policy/policy-file.ts'
export { policyHash } from './policy/policy-hash.ts'
export {
  defaultGatePolicy,
  gateModes,
  simpleGatePolicy,
  vulnerabilityRule,
  waiverFacts,
} from './policy/gate-policy.ts'
export type {
  BaselineRule,
  GateMode,
  GatePolicy,
  GracePeriod,
  LicenceRule,
  SimplePolicy,
  VexRule,
  VulnerabilityRule,
  WaiverFact,
  WaiverRule,
} from './policy/gate-policy.ts'
export { mergeFindings, mergeReports } from './merge/merge-reports.ts'
export { packageTypeOf } from './package-type.ts'
export { readReport } from './readers/read-report.ts'
export type { ReadOptions } from './readers/read-report.ts'
export type { ImageIdentity, ImageLayer } from './readers/image-identity.ts'
export { reportFormats } from './scan-report.ts'
export type { Binding, ReportFormat, ScanReport, VulnerabilityDatabase } from './scan-report.ts'
export { scanWith } from './scanner/scan-with.ts'
export { scannerEnvironment } from './scanner/scanner-environment.ts'
export { findScanner, oldestVersions } from './scanner/find-scanner.ts'
export type { FindScannerPorts, ScannerChoice } from './scanner/find-scanner.ts'
export { obtainRelease } from './scanner/obtain-release.ts'
export { compromiseOf, releasedVersions, scannerArchive } from './scanner/scanner-releases.ts'
export { scannerNames } from './scanner/scanner.ts'
export type {
  ScanOptions,
  ScanResult,
  ScanSubject,
  Scanner,
  ScannerName,
  ScannerPorts,
} from './scanner/scanner.ts'
export { reevaluate } from './verdict/reevaluate.ts'
export type { ReevaluationContext } from './verdict/reevaluate.ts'
export {
  reportedVulnerabilities,
  verdictContent,
  verdictSchema,
} from './verdict/verdict-content.ts'
export type { ReportedSeverities, ScanFacts } from './verdict/verdict-content.ts'
export { readVex } from './vex/read-vex.ts'
export type {
  VexDocument,
  VexOrigin,
  VexProduct,
  VexStatement,
  VexStatus,
} from './vex/vex-document.ts'
export type {
  WaivedPackage,
  Waiver,
  WaiverFormat,
  WaiverOrigin,
  WaiverScope,
  WaiversFile,
} from './waivers/waiver.ts'
export { adviceFor, severityCounts, severityWords } from './report/advice.ts'
export type { Advice } from './report/advice.ts'
export { renderCsv } from './report/csv.ts'
export { describeFinding } from './report/describe.ts'
export { plainLine, plainText } from './report/foreign-text.ts'
export type { GateReport, ReportedScan, SourcePlace, WaiverChange } from './report/gate-report.ts'
export { renderHtml } from './report/html.ts'
export { countsOf, renderJson, reportSchemaName } from './report/json.ts'
export { commentLimits, renderMarkdown, summaryLimits } from './report/markdown.ts'
export type { SummaryLimits } from './report/markdown.ts'
export { renderSarif } from './report/sarif.ts'
export type { SarifOptions, SarifReport } from './report/sarif.ts'
export { verdictTitle } from './report/verdict-words.ts'
export { compareVersions } from './report/version-order.ts'
export { waiverNotes } from './report/waiver-notes.ts'
export type { WaiverNote } from './report/waiver-notes.ts'
export { checkWaivers } from './waivers/check-waivers.ts'
export { formatOf as waiverFormatOf, parseWaivers } from './waivers/parse-waivers.ts'
export { listOf as describeLacks } from './waivers/standing.ts'
export { waiverChanges } from './waivers/waiver-changes.ts'
export type { ChangedWaiver, WaiverChanges, WaiverField } from './waivers/waiver-changes.ts'
export { WaiversText } from './waivers/waivers-file.ts'
export { readFindings } from './report/read-findings.ts'
