import { ReportedError, causeOf, messageOf, systemCodeOf } from './errors.ts'
import type { Annotation } from './report/annotations.ts'
import { codeBlock, document, escaped, heading, paragraph } from './report/markdown.ts'

/** A failure as the user is told of it. */
export interface Failure {
  readonly annotation: Annotation
  /** The causes behind it, outermost first, for the log. */
  readonly causes: readonly string[]
  /** The stack of an error that nobody expected; shown at debug level only. */
  readonly stack: string | undefined
  readonly summary: string
}

const systemProblems: Readonly<Record<string, string>> = {
  ENOSPC: 'There is no space left on the disk of this runner. Free some in an earlier step.',
  EDQUOT: 'The disk quota of this runner is used up. Free some in an earlier step.',
  EACCES: 'This user may not read or write there. Check the owner and mode of the file.',
  EPERM: 'This user may not do that. Check the owner and mode of the file.',
  EROFS: 'The file system is read-only.',
  EMFILE: 'Too many files are open on this runner.',
}

const reportPlace =
  'This is a fault in oke-pipeline: please report it with this message and the log'

/** Turns anything that was thrown into what the log, the annotation and the summary say. */
export function describeFailure(action: string, thrown: unknown): Failure {
  const title = `${action}: ${titleOf(thrown)}`
  const message = explanationOf(thrown)
  return {
    annotation: {
      level: 'error',
      title,
      message,
      place: thrown instanceof ReportedError ? thrown.place : undefined,
    },
    causes: causesOf(thrown),
    stack: isExpected(thrown) || !(thrown instanceof Error) ? undefined : thrown.stack,
    summary: summaryOf(title, thrown, message),
  }
}

function isExpected(thrown: unknown): boolean {
  return thrown instanceof ReportedError || (systemCodeOf(thrown) ?? '') in systemProblems
}

function titleOf(thrown: unknown): string {
  if (thrown instanceof ReportedError) return thrown.title
  return isExpected(thrown) ? 'The runner could not do it' : 'Unexpected failure'
}

function explanationOf(thrown: unknown): string {
  if (thrown instanceof ReportedError) {
    return [thrown.explanation, thrown.remedy].filter((part) => part !== undefined).join(' ')
  }
  const problem = systemProblems[systemCodeOf(thrown) ?? '']
  if (problem !== undefined) return `${messageOf(thrown)}. ${problem}`
  return `${messageOf(thrown)}. ${reportPlace} (run again with debug logging for the stack).`
}

function causesOf(thrown: unknown): readonly string[] {
  const causes: string[] = []
  let cause = causeOf(thrown)
  while (cause !== undefined && causes.length < 5) {
    causes.push(messageOf(cause))
    cause = causeOf(cause)
  }
  return causes
}

function summaryOf(title: string, thrown: unknown, message: string): string {
  if (!(thrown instanceof ReportedError)) return document(heading(title), codeBlock(message))
  return document(
    heading(title),
    thrown.explanation.includes('\n')
      ? codeBlock(thrown.explanation.trim())
      : paragraph(escaped(thrown.explanation)),
    thrown.remedy === undefined ? undefined : paragraph(escaped(thrown.remedy.trim())),
  )
}
