import { createHash } from 'node:crypto'
import type { Result, Suppression } from 'sarif'
import type { Finding, Severity } from '../finding.ts'
import type { JudgedFinding } from '../gate/judgement.ts'
import { fixOf, namesOf, pathOf, subjectOf } from './describe.ts'
import { plainLine } from './foreign-text.ts'
import type { SourcePlace } from './gate-report.ts'

/** How a result stands in the whole report. */
export interface ResultContext {
  readonly ruleIndex: number
  readonly place: (finding: Finding) => SourcePlace
}

/** SARIF's levels. */
export const sarifLevels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  negligible: 'note',
  unknown: 'warning',
}

/** The identifier of a finding's rule; one that consists of nothing visible needs a name. */
export function ruleIdOf({ id }: Finding): string {
  const visible = plainLine(id)
  return visible === '' ? 'unnamed' : visible
}

/** One finding as a SARIF result. */
export function sarifResult(judged: JudgedFinding, { ruleIndex, place }: ResultContext): Result {
  const { finding, decision } = judged
  const { file, line } = place(finding)
  const fingerprint = fingerprintOf(finding)
  return {
    ruleId: ruleIdOf(finding),
    ruleIndex,
    level: sarifLevels[finding.severity],
    message: { text: messageOf(judged) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file), uriBaseId: '%SRCROOT%' },
          region: { startLine: line },
        },
        logicalLocations: [{ fullyQualifiedName: logicalNameOf(finding), kind: 'package' }],
      },
    ],
    partialFingerprints: {
      // The one that GitHub goes by; it would hash the line of the file, which others share.
      primaryLocationLineHash: `${fingerprint.slice(0, 32)}:1`,
      'okePipelineFinding/v1': fingerprint,
    },
    ...suppressionsOf(judged),
    properties: {
      outcome: decision.outcome,
      foundBy: finding.foundBy.map((name) => plainLine(name)),
    },
  }
}

/**
 * The same for the same thing in the next build: neither the digest, nor the version, nor the line
 * of the Dockerfile is in it.
 */
function fingerprintOf({ kind, id, package: subject, place }: Finding): string {
  const path = subject?.path ?? place?.path ?? ''
  const parts = [kind, id, subject?.type ?? '', subject?.name ?? '', path]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

function messageOf({ finding, decision }: JudgedFinding): string {
  const path = pathOf(finding)
  const fix = fixOf(finding)
  const sentences = [
    `${subjectOf(finding)} has ${namesOf(finding)} (${finding.severity})`,
    finding.title === undefined ? '' : plainLine(finding.title, 300),
    fix === '' ? '' : fixSentence(finding, fix),
    finding.layer?.origin === 'base' ? 'It comes from the base image' : '',
    path === '' ? '' : `Found at ${path}`,
    finding.platforms.length === 0 ? '' : `On ${plainLine(finding.platforms.join(', '))}`,
    decision.outcome === 'blocks' ? `Closes the gate: ${plainLine(decision.reason)}` : '',
  ]
  return sentences
    .filter((sentence) => sentence !== '')
    .map((sentence) => `${sentence.replace(/\.$/, '')}.`)
    .join(' ')
}

function fixSentence({ fixedIn }: Finding, fix: string): string {
  return fixedIn.length > 0 ? `Fixed in ${fix}` : `${fix[0]?.toUpperCase() ?? ''}${fix.slice(1)}`
}

function logicalNameOf(finding: Finding): string {
  const { package: subject } = finding
  return plainLine(subject?.purl ?? subjectOf(finding), 300)
}

/** A relative reference, each part of the path escaped. */
function uriOf(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/')
}

function suppressionsOf({ decision }: JudgedFinding): { readonly suppressions?: Suppression[] } {
  if (decision.outcome !== 'waived' && decision.outcome !== 'excluded') return {}
  const justification = plainLine(decision.reason, 500)
  return { suppressions: [{ kind: 'external', status: 'accepted', justification }] }
}
