import { ConfigurationError } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { Waiver, WaiversFile } from './waiver.ts'
import { day } from './waivers-file.ts'

/**
 * Reads Trivy's plain ignore file: an identifier a line, for findings of every kind, with
 * `exp:2026-12-31` where it is to end. As with Trivy, it does not count on that day any more.
 * @throws {@link ConfigurationError} that lists the lines that are not understood.
 */
export function parseTrivyignore(text: string, file: string): WaiversFile {
  const lines = text.split(/\r?\n/).map((content, index) => ({
    line: index + 1,
    words: content.trim().split(/\s+/),
  }))
  const given = lines.filter(({ words: [first = ''] }) => first !== '' && !first.startsWith('#'))
  const problems = given.flatMap(problemsOf)
  const [problem] = problems
  if (problem !== undefined) throw unusable(file, problem.line, problems)
  return {
    file,
    format: 'trivyignore',
    waivers: given.map((entry) => waiverOf(entry, file)),
    notes: [],
  }
}

interface Entry {
  readonly line: number
  readonly words: readonly string[]
}

interface Problem {
  readonly line: number
  readonly text: string
}

/** Trivy passes over a line whose date is none; here, somebody who meant a date is told. */
function problemsOf({ line, words }: Entry): readonly Problem[] {
  const date = dateOf(words)
  if (date === undefined || v.is(day, date)) return []
  return [{ line, text: `expected a date such as 2026-12-31, got ${JSON.stringify(date)}` }]
}

/** Words besides are as good as a comment, as they are for Trivy. */
function dateOf(words: readonly string[]): string | undefined {
  return words.find((word) => word.startsWith('exp:'))?.slice('exp:'.length)
}

function waiverOf({ line, words }: Entry, file: string): Waiver {
  const date = dateOf(words)
  return {
    ids: words.slice(0, 1),
    matchesAliases: true,
    kinds: [],
    package: undefined,
    fixState: undefined,
    reason: undefined,
    owner: undefined,
    expires: date === undefined ? undefined : new Date(`${date}T00:00:00Z`),
    scope: { digests: [], paths: [], platforms: [] },
    origin: { file, line, format: 'trivyignore' },
    lacks: date === undefined ? ['expiry', 'owner', 'reason'] : ['owner', 'reason'],
  }
}

function unusable(file: string, line: number, problems: readonly Problem[]): ConfigurationError {
  return new ConfigurationError({
    title: `Ignore file "${file}" is not usable`,
    explanation: problems.map((problem) => `\n  - line ${problem.line}: ${problem.text}.`).join(''),
    remedy: '\nCorrect the file: an identifier a line, optionally with "exp:" and a date.',
    place: { file, line },
  })
}
