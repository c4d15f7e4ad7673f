import { ReportedError, UnacceptableValue, parseYaml } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'
import * as v from 'valibot'
import { requirementSchema } from './requirement.ts'
import type { EvidenceRequirement } from './requirement.ts'

const requirements = v.pipe(
  v.array(requirementSchema, 'a list of requirements'),
  v.minLength(1, 'at least one requirement'),
)

const about = {
  file: 'require-evidence',
  title: 'Requirements',
  describedBy: 'docs/guides/evidence.md',
}

/** Requirements as YAML in the workflow itself. */
export function requirementsKind(): Kind<readonly EvidenceRequirement[]> {
  return {
    type: 'YAML',
    expects:
      'a YAML list of requirements such as "- { evidence: test-result, signed-by: [{ key: release }] }"',
    parse(text) {
      try {
        return parseYaml(requirements, text, about).data
      } catch (error) {
        if (!(error instanceof ReportedError)) throw error
        throw new UnacceptableValue(oneLine(error.explanation), { cause: error })
      }
    },
  }
}

/** The list of problems, each with its line, as part of a sentence. */
function oneLine(explanation: string): string {
  const problems = explanation.split('\n').map((line) => line.replace(/^\s*-?\s*|\.$/g, ''))
  return problems.filter((problem) => problem !== '').join('; ')
}
