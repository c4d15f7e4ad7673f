import type { InputProblem, Runner } from '@oke-pipeline/core'
import { checkLayoutInput } from '@oke-pipeline/image'
import type { Inputs } from './declaration.ts'
import { checkDestination } from './destination/destination-inputs.ts'
import { checkRepository } from './repository/repository-inputs.ts'
import { checkScanning } from './scanning/scanning-inputs.ts'
import { checkSigningInputs } from './signing-inputs.ts'
import { checkTags, readTagContext } from './target-tags.ts'

/** Finds what is wrong with the inputs together, and with the layout's path. */
export async function checkInputs(
  values: Partial<Inputs>,
  { files, run, clock, environment }: Pick<Runner, 'files' | 'run' | 'clock' | 'environment'>,
): Promise<readonly InputProblem[]> {
  const problems = [
    await checkLayoutInput(values.layout, files),
    ...checkDestination(values, environment),
    ...(await checkRepository(values, {
      ...{ files, environment },
      hasMovingTags: (values['moving-tags'] ?? []).length > 0,
    })),
    ...checkSigningInputs(values),
    ...checkScanning(values, environment),
    ...checkTags(values, await readTagContext({ run, clock })),
  ]
  return problems.filter((problem) => problem !== undefined)
}
