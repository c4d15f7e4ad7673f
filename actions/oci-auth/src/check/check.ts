import { ReportedError } from '@oke-pipeline/core'

/** Something that was tried, and what came of it. */
export interface Check {
  /** `Push to team/app`. */
  readonly name: string
  /** `untried` is what could not be tried; only `fails` makes the step fail. */
  readonly outcome: 'works' | 'warns' | 'fails' | 'untried'
  /** What was seen, in a sentence. */
  readonly says: string
  /** What has to be added, word for word: policies, rules of a trust, commands. */
  readonly fixes: readonly string[]
}

/** A check that came out well. */
export function works(name: string, says: string): Check {
  return { name, outcome: 'works', says, fixes: [] }
}

/** A check that could not be made, and why. */
export function untried(name: string, says: string): Check {
  return { name, outcome: 'untried', says, fixes: [] }
}

/** A check that came out badly, and what puts it right. */
export function fails(name: string, says: string, fixes: readonly string[] = []): Check {
  return { name, outcome: 'fails', says, fixes }
}

/** A check that failed with an error that is made to be read; others are faults of ours. */
export function failed(name: string, error: unknown, fixes: readonly string[] = []): Check {
  if (!(error instanceof ReportedError)) throw error
  const { title, explanation, remedy } = error
  const says = `${title}: ${explanation.trim()}`
  return fails(
    name,
    fixes.length > 0 || remedy === undefined ? says : `${says} ${remedy.trim()}`,
    fixes,
  )
}

/** What a step of the check found out, and what the next one can go on with. */
export interface Checked<T> {
  readonly checks: readonly Check[]
  /** Undefined where it did not get so far. */
  readonly value: T | undefined
}
