import {
  code,
  codeBlock,
  details,
  document,
  escaped,
  formatSeconds,
  heading,
  paragraph,
  table,
} from '@oke-pipeline/core'
import { describeCheck } from './test-failure.ts'
import type { Check, TestReport } from './test-report.ts'

/** The job summary of a test. */
export function renderSummary(report: TestReport): string {
  const failed = report.checks.filter(({ result }) => result === 'failed')
  return document(
    heading(report.result === 'passed' ? 'Image tested' : 'Image failed its test'),
    table(['Test', 'Result', 'Observed', 'Time'], report.checks.map(row)),
    paragraph(
      `Image ${code(report.digest)}, run for ${escaped(report.platform)} by podman ${escaped(report.engine.version)}.`,
    ),
    ...failed.map(linesOf),
  )
}

function linesOf(check: Check): string | undefined {
  if (check.lastLines.length === 0) return undefined
  return details(`Last lines of: ${describeCheck(check)}`, codeBlock(check.lastLines.join('\n')))
}

function row(check: Check): readonly string[] {
  return [
    code(describeCheck(check)),
    check.result,
    escaped(observed(check)),
    formatSeconds(check.seconds),
  ]
}

function observed(check: Check): string {
  if (check.reason !== undefined) return check.reason
  if (check.kind === 'command') return 'exit status 0'
  const attempts = check.attempts === 1 ? 'first request' : `${check.attempts} requests`
  return `status ${check.status ?? 0} (${attempts})`
}
