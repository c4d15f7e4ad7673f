import { severities } from '../finding.ts'
import type { Finding, Severity } from '../finding.ts'
import { groupedBy } from './grouped.ts'
import { compareVersions } from './version-order.ts'

/** One thing to do, and what it does away with. */
export type Advice = {
  /** Worst first. */
  readonly findings: readonly Finding[]
} & (
  | { readonly action: 'update-base' }
  | {
      readonly action: 'upgrade'
      readonly name: string
      readonly from: string
      /** The version with all of the fixes; undefined where none is named. */
      readonly to: string | undefined
    }
  | { readonly action: 'remove-secret'; readonly path: string }
  | { readonly action: 'correct'; readonly path: string }
  | { readonly action: 'replace'; readonly name: string }
  /** Nothing is published that would do away with them. */
  | { readonly action: 'no-fix' }
)

/** What to do about findings, first what does away with the worst. */
export function adviceFor(findings: readonly Finding[]): readonly Advice[] {
  const groups = groupedBy(findings, groupOf)
  return [...groups.values()]
    .map(adviceOf)
    .filter((advice) => advice !== undefined)
    .toSorted(compareAdvice)
}

/** Findings with the same key are done away with by the same thing. */
function groupOf(finding: Finding): string {
  return JSON.stringify([remedyOf(finding), ...subjectOf(finding)])
}

function remedyOf({ kind, isFixed, layer }: Finding): Advice['action'] {
  if (kind !== 'vulnerability') return otherRemedies[kind]
  if (!isFixed) return 'no-fix'
  return layer?.origin === 'base' ? 'update-base' : 'upgrade'
}

const otherRemedies = {
  secret: 'remove-secret',
  misconfiguration: 'correct',
  licence: 'replace',
} as const

function subjectOf(finding: Finding): readonly string[] {
  const { name, version, type } = finding.package ?? nothing
  switch (remedyOf(finding)) {
    case 'upgrade':
      return [type, name, version]
    case 'replace':
      return [type, name]
    case 'remove-secret':
    case 'correct':
      return [finding.place?.path ?? '']
    case 'update-base':
    case 'no-fix':
      return []
  }
}

const nothing = { name: '', version: '', type: '' }

function adviceOf(findings: readonly Finding[]): Advice | undefined {
  const [first] = findings
  if (first === undefined) return undefined
  const action = remedyOf(first)
  const { name, version } = first.package ?? nothing
  switch (action) {
    case 'upgrade':
      return { action, name, from: version, to: latestFix(findings), findings }
    case 'replace':
      return { action, name, findings }
    case 'remove-secret':
    case 'correct':
      return { action, path: first.place?.path ?? '', findings }
    case 'update-base':
    case 'no-fix':
      return { action, findings }
  }
}

/** The version that has the fix of every finding; undefined where one names none. */
function latestFix(findings: readonly Finding[]): string | undefined {
  const fixes = findings.flatMap(({ fixedIn: [fix] }) => (fix === undefined ? [] : [fix]))
  return fixes.toSorted(compareVersions).at(-1)
}

/** By the number of findings of each severity, worst first; then always in the same order. */
function compareAdvice(one: Advice, other: Advice): number {
  if (one.action === 'no-fix' || other.action === 'no-fix') {
    return Number(one.action === 'no-fix') - Number(other.action === 'no-fix')
  }
  const [counts, others] = [severityCounts(one.findings), severityCounts(other.findings)]
  const severity = severities.find((candidate) => counts[candidate] !== others[candidate])
  if (severity !== undefined) return others[severity] - counts[severity]
  return keyOf(one) < keyOf(other) ? -1 : 1
}

function keyOf({ findings: [first] }: Advice): string {
  return first === undefined ? '' : groupOf(first)
}

/** How many findings there are of each severity. */
export function severityCounts(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 }
  for (const { severity } of findings) counts[severity] += 1
  return counts
}

/** `2 critical, 1 high`. */
export function severityWords(findings: readonly Finding[]): string {
  const counts = severityCounts(findings)
  return severities
    .filter((severity) => counts[severity] > 0)
    .map((severity) => `${counts[severity].toFixed(0)} ${severity}`)
    .join(', ')
}
