import { checkTargetFile } from '@oke-pipeline/core'
import type { Files, InputProblem } from '@oke-pipeline/core'
import { checkLayoutInput } from '@oke-pipeline/image'
import type { Inputs } from './declaration.ts'

/** Finds what is wrong with paths and combinations of inputs, before anything is run. */
export async function checkInputs(
  values: Partial<Inputs>,
  files: Files,
): Promise<readonly InputProblem[]> {
  const problems = [
    await checkLayoutInput(values.layout, files),
    await checkTargetFile('report', values.report, files),
    checkTests(values),
  ]
  return problems.filter((problem) => problem !== undefined)
}

function checkTests(values: Partial<Inputs>): InputProblem | undefined {
  // An input that was given and is wrong is absent here as well, and has a problem of its own.
  const isNothingGiven = 'command' in values && 'http-port' in values
  if (!isNothingGiven || values.command !== undefined || values['http-port'] !== undefined) {
    return undefined
  }
  return {
    input: 'command',
    problem: 'expected it, or "http-port", or both: without them there is nothing to test',
  }
}
