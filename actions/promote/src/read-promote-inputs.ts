import { readInputs } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { accessProblems, completedByCluster, evidenceProblems } from '@oke-pipeline/delivery'
import { declaration } from './declaration.ts'
import type { Inputs } from './declaration.ts'

/**
 * The inputs of this step; where it leads to no cluster itself, the environments file does: to that
 * of the environment which is promoted from.
 */
export async function readPromoteInputs(runner: Runner): Promise<Inputs> {
  const source = await completedByCluster(runner, runner.files, 'from')
  return readInputs(declaration.inputs, source, async (values) => [
    ...accessProblems(values, source),
    ...(await evidenceProblems(values, destinationOf(values), runner.files)),
  ])
}

/** The environment that the image goes to, and the file that says what it requires. */
export function destinationOf(inputs: Partial<Inputs>): {
  readonly environment: string | undefined
  readonly file: string | undefined
} {
  return { environment: inputs.to, file: inputs['environments-file'] }
}
