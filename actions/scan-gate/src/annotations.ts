import type { Annotation } from '@oke-pipeline/core'
import { describeFinding, plainLine, waiverNotes } from '@oke-pipeline/scan'
import type { GateReport, JudgedFinding } from '@oke-pipeline/scan'

/** GitHub shows ten of a level for each step; one is left for the error that ends it. */
const shownFindings = 8

/** What is said beside the files: what closes the gate, and what to look at in the waivers. */
export function annotationsOf(report: GateReport): readonly Annotation[] {
  const { judgement } = report
  const level = judgement.policy.mode === 'enforce' ? 'error' : 'warning'
  const shown = judgement.blocking.slice(0, shownFindings)
  const more = judgement.blocking.length - shown.length
  return [
    ...judgement.warnings.map((message) => warning('Warning', plainLine(message, 1000))),
    ...shown.map((judged) => ({ level, ...findingNote(judged, report) }) as const),
    ...(more > 0
      ? [
          {
            level,
            title: `scan-gate: ${more} more`,
            message: `${more} more in the job summary.`,
          } as const,
        ]
      : []),
    ...waiverNotes(judgement.waivers).map(({ text, place }) => ({
      ...warning('Waiver', text),
      place,
    })),
  ]
}

function findingNote(
  { finding, decision }: JudgedFinding,
  { placeOf }: GateReport,
): Omit<Annotation, 'level'> {
  return {
    title: `scan-gate: ${plainLine(finding.id, 80)}`,
    message: `${describeFinding(finding)}: ${plainLine(decision.reason, 300)}.`,
    place: placeOf(finding),
  }
}

function warning(title: string, message: string): Annotation {
  return { level: 'warning', title: `scan-gate: ${title}`, message }
}
