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
import type { TestReport, TestResult } from './test-report.ts'

const mostRows = 200
const shownLines = 30

/** The job summary of a test: what failed comes first. */
export function renderSummary(report: TestReport): string {
  const failed = report.tests.filter(({ result }) => result === 'failed')
  const passed = report.tests.filter(({ result }) => result === 'passed')
  return document(
    heading(title(report, failed.length)),
    table(['Test', 'Result', 'Observed', 'Time'], [...failed, ...passed].map(row), mostRows),
    paragraph(`Image ${code(report.digest)} for ${escaped(report.platform)}${ranBy(report)}.`),
    ...failed.map(linesOf),
  )
}

function title({ tests }: TestReport, failed: number): string {
  const count = tests.length === 1 ? 'one test' : `${tests.length} tests`
  if (failed === 0) return `Image passed ${count}`
  return tests.length === 1 ? 'Image failed its test' : `Image failed ${failed} of ${count}`
}

function ranBy({ runtime, seconds }: TestReport): string {
  const took = `, in ${formatSeconds(seconds)}`
  if (runtime.name === 'none') return took
  return `, run by ${escaped(`${runtime.name} ${runtime.version}`)} (${escaped(runtime.because)})${took}`
}

function row(test: TestResult): readonly string[] {
  const observed = test.result === 'passed' ? [test.observed] : test.failures
  return [
    `${escaped(test.name)}${whereabouts(test)}`,
    test.result === 'passed' ? 'passed' : '**failed**',
    observed.map(escaped).join('<br>'),
    formatSeconds(test.seconds),
  ]
}

function whereabouts({ place }: TestResult): string {
  if (place?.line === undefined) return ''
  return `<br><sub>${escaped(`${place.file}:${place.line}`)}</sub>`
}

function linesOf({ name, lastLines }: TestResult): string | undefined {
  if (lastLines.length === 0) return undefined
  const lines = lastLines.slice(-shownLines).join('\n')
  return details(`Last lines of: ${name}`, codeBlock(lines))
}
