import type { InputProblem, Runner } from '@oke-pipeline/core'
import { checkLayoutInput } from '@oke-pipeline/image'
import type { Inputs } from './declaration.ts'
import { checkSigningInputs } from './signing-inputs.ts'
import { checkTags, readTagContext } from './target-tags.ts'

/** Finds what is wrong with the inputs together, and with the layout's path. */
export async function checkInputs(
  values: Partial<Inputs>,
  { files, run, clock }: Pick<Runner, 'files' | 'run' | 'clock'>,
): Promise<readonly InputProblem[]> {
  const problems = [
    await checkLayoutInput(values.layout, files),
    ...checkCredentials(values),
    ...checkSigningInputs(values),
    ...checkTags(values, await readTagContext({ run, clock })),
  ]
  return problems.filter((problem) => problem !== undefined)
}

function checkCredentials({ username, password }: Partial<Inputs>): readonly InputProblem[] {
  if (username !== undefined && password === undefined) {
    return [{ input: 'password', problem: 'is required with "username"; is the secret empty?' }]
  }
  if (username === undefined && password !== undefined) {
    return [{ input: 'username', problem: 'is required with "password"; is the secret empty?' }]
  }
  return []
}
