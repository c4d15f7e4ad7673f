import type { InputProblem } from '@oke-pipeline/core'
import type { Inputs } from '../declaration.ts'
import { buildahLimits } from './buildah-limits.ts'

/** What of the inputs the engine that is named cannot do. */
export function checkEngine(inputs: Partial<Inputs>): readonly InputProblem[] {
  return [...checkBuilder(inputs), ...checkBuildah(inputs)]
}

/** Only buildx knows builders by name. */
function checkBuilder({ engine, builder }: Partial<Inputs>): readonly InputProblem[] {
  if (builder === undefined || engine === undefined || ['auto', 'buildx'].includes(engine))
    return []
  const problem = `expected no builder, since "engine" is ${engine}: only buildx has builders with names`
  return [{ input: 'builder', got: builder, problem }]
}

function checkBuildah(inputs: Partial<Inputs>): readonly InputProblem[] {
  if (inputs.engine !== 'buildah') return []
  return buildahLimits(inputs).map(({ input, because }) => ({
    input,
    problem: `cannot be used with "engine: buildah": ${because}`,
  }))
}
