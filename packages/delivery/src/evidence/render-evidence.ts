import { code, escaped, table } from '@oke-pipeline/core'
import { describeSigner, evidenceName } from '@oke-pipeline/evidence'
import type { DemandedEvidence } from './gather-evidence.ts'

/** What was required of an image and what was found, as Markdown; nothing where nothing was. */
export function renderEvidence(evidence: readonly DemandedEvidence[]): string | undefined {
  if (evidence.length === 0) return undefined
  return table(['Evidence', 'Required by', 'Signed by', 'Signed at', 'Referrer'], evidence.map(row))
}

function row(one: DemandedEvidence): readonly string[] {
  const required = [escaped(evidenceName(one.requirement.evidence)), escaped(one.requiredBy)]
  if (!('evidence' in one)) return [...required, `<b>not met</b>: ${escaped(one.reason)}`, '', '']
  const { signer, signedAt, referrer } = one.evidence
  const time = signedAt?.toISOString() ?? 'at a time that nobody vouches for'
  return [...required, escaped(describeSigner(signer)), time, code(referrer)]
}
