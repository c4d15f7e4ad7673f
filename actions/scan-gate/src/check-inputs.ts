import { checkTargetFile } from '@oke-pipeline/core'
import type { Files, InputProblem } from '@oke-pipeline/core'
import { checkLayoutInput } from '@oke-pipeline/image'
import type { Inputs } from './declaration.ts'

/** Finds what is wrong with paths and combinations of inputs, before anything is scanned. */
export async function checkInputs(
  values: Partial<Inputs>,
  files: Files,
): Promise<readonly InputProblem[]> {
  const problems = [
    await checkLayoutInput(values.layout, files),
    await checkTargetFile('report', values.report, files),
    checkGrype(values),
  ]
  return problems.filter((problem) => problem !== undefined)
}

function checkGrype(values: Partial<Inputs>): InputProblem | undefined {
  const version = values['grype-version']
  if (values.grype === undefined || version === undefined) return undefined
  return {
    input: 'grype-version',
    got: version,
    problem: 'expected it or "grype", not both: a program that is given has the version it has',
  }
}
