import * as v from 'valibot'
import type { Finding } from '../finding.ts'
import { readUnboundReport } from '../readers/read-report.ts'
import { KeptFinding, findingFrom } from '../verdict/kept-finding.ts'
import { reportSchemaName } from './json.ts'

/** What is read of a report of ours. */
const OwnReport = v.object({
  schema: v.literal(reportSchemaName),
  findings: v.array(KeptFinding),
})

/**
 * The findings of a report of whatever image: one that this suite wrote, or of any other format
 * that is known.
 * @throws GateError when it cannot be read.
 */
export function readFindings(text: string, name: string): readonly Finding[] {
  const own = v.safeParse(OwnReport, dataOf(text))
  return own.success ? own.output.findings.map(findingFrom) : readUnboundReport(text, name)
}

/** What is no JSON is no report of ours; the other reader says what is wrong with it. */
function dataOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
