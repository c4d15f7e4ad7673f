import { codeBlock, document, heading, paragraph } from '@oke-pipeline/core'
import type { ReportedError, Runner } from '@oke-pipeline/core'

const title = 'Let through without a verdict (mode: continue)'

/** Says as loudly as a step that does not fail can that nobody knows what is in the image. */
export async function letThrough(error: ReportedError, runner: Runner): Promise<void> {
  runner.annotate([{ level: 'warning', title: `scan-gate: ${title}`, message: error.message }])
  await runner.writeSummary(
    document(
      heading(`Scan gate: ${title}`),
      paragraph('**The image could not be judged, and the policy lets it through all the same.**'),
      codeBlock(error.message),
    ),
  )
}
