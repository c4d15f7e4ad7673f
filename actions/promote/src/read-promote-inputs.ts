import { readInputs } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { accessProblems, completedByCluster } from '@oke-pipeline/delivery'
import { declaration } from './declaration.ts'
import type { Inputs } from './declaration.ts'

/**
 * The inputs of this step; where it leads to no cluster itself, the environments file does: to that
 * of the environment which is promoted from.
 */
export async function readPromoteInputs(runner: Runner): Promise<Inputs> {
  const source = await completedByCluster(runner, runner.files, 'from')
  return readInputs(declaration.inputs, source, (values) => accessProblems(values, source))
}
