import { GateError } from '@oke-pipeline/core'
import type { Check, TestReport } from './test-report.ts'

const shownLines = 10
const shownCharacters = 200

/** What a test did, in a few words. */
export function describeCheck(check: Check): string {
  return check.kind === 'command'
    ? `Command ${shortened(check.command.join(' '))}`
    : `GET ${check.path} on port ${check.port}`
}

function shortened(text: string): string {
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`
}

/** The error for an image that failed a test; undefined when it passed all. */
export function testFailure({ digest, checks }: TestReport): GateError | undefined {
  const failed = checks.filter(({ result }) => result === 'failed')
  if (failed.length === 0) return undefined
  return new GateError({
    title: `Image failed ${failed.length === 1 ? 'its test' : `${failed.length} tests`}`,
    explanation: `${digest}:${failed.map(explain).join('')}`,
    remedy: '\nThe log of this step has everything that it wrote.',
  })
}

function explain(check: Check): string {
  const lines = check.lastLines.slice(-shownLines)
  const wrote = lines.length === 0 ? ' It wrote nothing.' : ` Last lines:\n${lines.join('\n')}`
  return `\n${describeCheck(check)}: ${check.reason ?? ''}${wrote}`
}
