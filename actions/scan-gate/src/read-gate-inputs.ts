import { readInputs } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { baselineAccess } from './baseline-access.ts'
import { checkInputs } from './check-inputs.ts'
import { declaration } from './declaration.ts'
import type { Inputs } from './declaration.ts'
import { readRules, rulesError } from './gate-rules.ts'
import type { GateRules, RuleReading } from './gate-rules.ts'

/** The inputs, and the rules that the files among them hold. */
export interface GateInputs {
  readonly inputs: Inputs
  readonly rules: GateRules
}

/**
 * Reads inputs and files of rules, and reports all that is wrong with them at once.
 * @throws ConfigurationError; with the place where only one file is wrong.
 */
export async function readGateInputs(runner: Runner): Promise<GateInputs> {
  let reading: RuleReading | undefined
  const access = await baselineAccess(runner)
  const inputs = await readInputs(declaration.inputs, access.source, async (values) => {
    reading = await readRules(values, runner)
    const problems = [...(await checkInputs(values, runner)), ...access.problems(values)]
    const isAlone = problems.length === 0 && hasAll(values)
    // Alone, the problem of a file is told with its place.
    if (isAlone) return []
    return [...problems, ...reading.problems.map(inputProblemOf)]
  })
  if (reading?.rules === undefined) throw rulesError(reading?.problems ?? [])
  return { inputs, rules: reading.rules }
}

/** An input whose value cannot be used has none. */
function hasAll(values: Partial<Inputs>): boolean {
  return Object.keys(declaration.inputs).every((name) => name in values)
}

function inputProblemOf({ input, file, error }: RuleReading['problems'][number]): {
  input: string
  got: string
  problem: string
} {
  return { input, got: file, problem: `${error.title}: ${error.explanation.replace(/\.$/, '')}` }
}
