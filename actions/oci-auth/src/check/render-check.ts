import {
  codeBlock,
  details,
  document,
  escaped,
  heading,
  paragraph,
  table,
} from '@oke-pipeline/core'
import type { Check } from './check.ts'
import type { CheckReport } from './run-check.ts'

const words = {
  works: 'works',
  warns: '**look**',
  fails: '**fails**',
  untried: 'not tried',
} as const satisfies Readonly<Record<Check['outcome'], string>>

const mostRows = 200

/** The job summary of a check. */
export function renderCheck({ checks, files }: CheckReport): string {
  const rows = checks.map(({ name, outcome, says }) => [
    escaped(name),
    words[outcome],
    escaped(says),
  ])
  return document(
    heading(`Access to Oracle Cloud: ${verdict(checks)}`),
    table(['Check', '', 'What was seen'], rows, mostRows),
    fixes(checks),
    paragraph('What this identity needs, in full and nothing more:'),
    ...files.map(({ title, name, text }) =>
      details(`${title} (${name})`, codeBlock(text.trimEnd())),
    ),
  )
}

/** How the checks came out, in words. */
export function verdict(checks: readonly Check[]): string {
  const failures = checks.filter(({ outcome }) => outcome === 'fails').length
  if (failures === 0) return 'all that is needed works'
  return `${failures} of ${checks.length} checks ${failures === 1 ? 'fails' : 'fail'}`
}

function fixes(checks: readonly Check[]): string | undefined {
  const texts = [...new Set(checks.flatMap((check) => check.fixes))]
  if (texts.length === 0) return undefined
  return document(
    paragraph('To be added (a new policy takes minutes to spread):'),
    ...texts.map((text) => codeBlock(text.trimEnd())),
  )
}
