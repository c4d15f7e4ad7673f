import { gzipSync } from 'node:zlib'
import { version } from '@oke-pipeline/core'
import type { Log as SarifLog } from 'sarif'
import type { JudgedFinding } from '../gate/judgement.ts'
import type { GateReport } from './gate-report.ts'
import { worstFirst } from './order.ts'
import { sarifResult } from './sarif-result.ts'
import { sarifRules } from './sarif-rules.ts'

/** What a SARIF report is to have in it. */
export interface SarifOptions {
  /** Tells analyses of one commit apart: GitHub replaces one by the next of the same category. */
  readonly category: string
  /**
   * Whether waived findings and those that VEX excludes are in it, marked as suppressed. Code
   * scanning shows them as open all the same, so its reports go without.
   */
  readonly includeSuppressed: boolean
  /** How large it may be, compressed; GitHub's limit by default. */
  readonly limitBytes?: number
}

/** A SARIF report, and how many findings had to be left out of it. */
export interface SarifReport {
  readonly text: string
  readonly left: number
}

/** https://docs.github.com/code-security/reference/code-scanning/sarif-support-for-code-scanning */
const resultLimit = 25_000
const gzipLimitBytes = 10 * 1024 * 1024

/**
 * SARIF 2.1.0 for code scanning. Within GitHub's limits: the worst findings are kept, and what was
 * left out is counted.
 */
export function renderSarif(report: GateReport, options: SarifOptions): SarifReport {
  const all = worstFirst(report.judgement.findings).filter(
    ({ decision: { outcome } }) =>
      options.includeSuppressed || (outcome !== 'waived' && outcome !== 'excluded'),
  )
  const limit = options.limitBytes ?? gzipLimitBytes
  let shown = all.slice(0, resultLimit)
  let text = logOf(report, options, { shown, left: all.length - shown.length })
  while (shown.length > 0 && compressedBytes(text) > limit) {
    shown = shown.slice(0, Math.floor(shown.length / 2))
    text = logOf(report, options, { shown, left: all.length - shown.length })
  }
  return { text, left: all.length - shown.length }
}

/** Nothing that is shorter than the limit as it is needs to be compressed to know. */
function compressedBytes(text: string): number {
  return gzipSync(text).byteLength
}

interface Selection {
  readonly shown: readonly JudgedFinding[]
  readonly left: number
}

function logOf(report: GateReport, { category }: SarifOptions, selection: Selection): string {
  const { judgement, scans } = report
  const { rules, indexOf } = sarifRules(selection.shown.map(({ finding }) => finding))
  const log: SarifLog = {
    $schema:
      'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'oke-pipeline scan-gate',
            semanticVersion: version,
            rules,
          },
          extensions: scannersOf(scans),
        },
        automationDetails: { id: `${category}/` },
        invocations: [
          {
            executionSuccessful: true,
            endTimeUtc: judgement.at.toISOString(),
            ...notificationsOf(selection.left),
          },
        ],
        properties: {
          digest: judgement.digest,
          verdict: judgement.verdict,
          policyHash: judgement.policyHash,
        },
        columnKind: 'utf16CodeUnits',
        results: selection.shown.map((judged) =>
          sarifResult(judged, { ruleIndex: indexOf(judged.finding), place: report.placeOf }),
        ),
      },
    ],
  }
  return JSON.stringify(log)
}

function scannersOf(scans: GateReport['scans']): { name: string; version: string }[] {
  const byName = new Map(
    scans.map(({ scanner: { name, version } }) => [`${name} ${version}`, { name, version }]),
  )
  return [...byName.values()]
}

function notificationsOf(left: number): object {
  if (left === 0) return {}
  const text = `${left} findings are left out: code scanning takes no more. The worst are here.`
  return { toolExecutionNotifications: [{ level: 'warning', message: { text } }] }
}
