import { ReportedError } from '@oke-pipeline/core'
import type { InputProblem, InputSource, Runner } from '@oke-pipeline/core'
import { accessProblems, completedByCluster } from '@oke-pipeline/delivery'
import type { Inputs } from './declaration.ts'

/** The inputs with the way to the cluster of the environment that is compared with. */
export interface BaselineAccess {
  readonly source: InputSource
  /** What is wrong with that way; nothing where no environment is compared with. */
  problems(values: Partial<Inputs>): readonly InputProblem[]
}

/** Looks the way up in the environments file, where the step itself does not lead to a cluster. */
export async function baselineAccess(runner: Runner): Promise<BaselineAccess> {
  try {
    const source = await completedByCluster(runner, runner.files, 'baseline-environment')
    return {
      source,
      problems: (values) =>
        values['baseline-environment'] === undefined ? [] : accessProblems(values, source),
    }
  } catch (error) {
    if (!(error instanceof ReportedError)) throw error
    const problem = `${error.title}: ${error.explanation.replace(/\.$/, '')}`
    return { source: runner, problems: () => [{ input: 'environments-file', problem }] }
  }
}
