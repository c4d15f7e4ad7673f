import { GateError } from '@oke-pipeline/core'
import type { Annotation } from '@oke-pipeline/core'
import type { TestReport, TestResult } from './test-report.ts'

const shownLines = 10

/** The error for an image that failed a test; undefined when it passed all. */
export function testFailure({ digest, tests }: TestReport): GateError | undefined {
  const failed = failedOf(tests)
  if (failed.length === 0) return undefined
  return new GateError({
    title: `Image failed ${tests.length === 1 ? 'its test' : `${failed.length} of ${tests.length} tests`}`,
    explanation: `${digest}:${failed.map(explain).join('')}`,
    remedy: '\nThe log of this step has everything that was kept of what it wrote.',
  })
}

/** An annotation for each failed test that is written in a file, at its line there. */
export function testAnnotations({ tests }: TestReport): readonly Annotation[] {
  return failedOf(tests).flatMap((test) => {
    const { name, failures, place } = test
    if (place === undefined) return []
    return [{ level: 'error', title: `Test failed: ${name}`, message: failures.join('\n'), place }]
  })
}

function failedOf(tests: readonly TestResult[]): readonly TestResult[] {
  return tests.filter(({ result }) => result === 'failed')
}

function explain({ name, failures, lastLines }: TestResult): string {
  const lines = lastLines.slice(-shownLines)
  const wrote = lines.length === 0 ? '' : ` Last lines:\n${lines.join('\n')}`
  return `\n${name}: ${failures.join(' ')}${wrote}`
}
