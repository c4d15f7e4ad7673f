import { code, document, escaped, heading, paragraph, table } from '@oke-pipeline/core'
import { renderEvidence } from '@oke-pipeline/delivery'
import type { PromotionResult } from './run.ts'

/** The job summary of a promotion. */
export function renderSummary({ from, to, image, observed, evidence }: PromotionResult): string {
  const { revision, workloads } = observed
  return document(
    heading(`Promotion: ${from.name} → ${to.name}`),
    paragraph(code(image)),
    paragraph(
      `Seen in the namespace ${code(from.namespace)}, revision ${revision.toFixed(0)} of the release; it goes to ${code(to.namespace)}.`,
    ),
    table(['Workload', 'Pods ready', 'Digest that they run'], workloads.map(row)),
    renderEvidence(evidence),
  )
}

function row(workload: PromotionResult['observed']['workloads'][number]): readonly string[] {
  const { reference, wantedPods, readyPods, digests } = workload
  return [
    escaped(`${reference.kind}/${reference.name}`),
    `${readyPods.toFixed(0)} of ${wantedPods.toFixed(0)}`,
    digests.length === 0 ? 'another image' : digests.map((digest) => code(digest)).join(' '),
  ]
}
