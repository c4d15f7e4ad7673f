import type { Finding } from '../finding.ts'
import type { JudgeContext } from '../gate/judge-context.ts'
import type { AppliedVex, VexReport } from '../gate/judgement.ts'
import type { VexDocument } from './vex-document.ts'
import { subjectFit, vexIndex } from './vex-index.ts'
import type { VexIndex } from './vex-index.ts'
import { reasonForDistrust } from './vex-trust.ts'

/** The VEX documents as the policy sees them. */
export interface VexJudge {
  /** The statement that holds for a finding. */
  applying(finding: Finding): AppliedVex | undefined
  /** What became of the documents; to be asked for when all findings have been looked up. */
  report(): VexReport
}

/** Makes the statements of trusted authors ready to be looked up for findings. */
export function judgeVex(context: JudgeContext): VexJudge {
  const judged = context.vex.map((document) => ({
    document,
    reason: reasonAgainst(document, context),
  }))
  const trusted = judged
    .filter(({ reason }) => reason === undefined)
    .map(({ document }) => document)
  const index = vexIndex(trusted, context)
  const uses = new Map<VexDocument, number>()
  return {
    applying(finding) {
      const vex = index.applying(finding)
      if (vex !== undefined) uses.set(vex.document, (uses.get(vex.document) ?? 0) + 1)
      return vex
    },
    report: () => ({
      applied: trusted.flatMap((document) => {
        const findings = uses.get(document)
        return findings === undefined ? [] : [{ document, findings }]
      }),
      untrusted: judged.flatMap(({ document, reason }) =>
        reason === undefined ? [] : [{ document, reason }],
      ),
      unused: trusted.filter((document) => !uses.has(document)),
      notes: trusted.flatMap((document) => notesOn(document, index)),
    }),
  }
}

function reasonAgainst(document: VexDocument, context: JudgeContext): string | undefined {
  if (subjectFit(document, context).kind === 'none') return 'It is about another image.'
  return reasonForDistrust(document, context.policy.vex)
}

function notesOn(document: VexDocument, index: VexIndex): readonly string[] {
  const { name } = document.origin
  const foreign = index.foreignProducts(document)
  const notes = document.notes.map((note) => `${name}: ${note}`)
  if (foreign === 0) return notes
  return [
    ...notes,
    `${name}: ${foreign} of the products that it speaks of are not this image; left out.`,
  ]
}
