import type { InputProblem, Runner } from '@oke-pipeline/core'
import { evidenceProblems, gatherEvidence } from '@oke-pipeline/delivery'
import type { DemandedEvidence } from '@oke-pipeline/delivery'
import type { CompleteInputs, Inputs } from './declaration.ts'

/** What is wrong with what is required of the image, and with whose signatures are to prove it. */
export async function requirementProblems(
  inputs: Partial<Inputs>,
  { files }: Pick<Runner, 'files'>,
): Promise<readonly InputProblem[]> {
  return evidenceProblems(inputs, destinationOf(inputs), files)
}

/** What is kept with the image, held against what the inputs and the environment require. */
export async function evidenceFor(
  inputs: CompleteInputs,
  runner: Runner,
): Promise<readonly DemandedEvidence[]> {
  const { image } = inputs
  return gatherEvidence({ image, destination: destinationOf(inputs) }, inputs, runner)
}

function destinationOf(inputs: Partial<Inputs>): {
  readonly environment: string | undefined
  readonly file: string | undefined
} {
  return { environment: inputs.environment, file: inputs['environments-file'] }
}
