import type { Files, InputProblem } from '@oke-pipeline/core'
import { parseDockerfile, targetStage } from '@oke-pipeline/image'
import type { Dockerfile } from '@oke-pipeline/image'

/** The frontends that read a Dockerfile as we do; others may know stages that we do not see. */
const usualFrontend = /^(?:docker\.io\/)?docker\/dockerfile(?:[:@-]|$)/

/** What is wrong with the stage that is to be built, if the Dockerfile is there and has none such. */
export async function checkTarget(
  target: string | undefined,
  dockerfile: string,
  files: Files,
): Promise<InputProblem | undefined> {
  if (target === undefined || (await files.kindOf(dockerfile)) !== 'file') return undefined
  const parsed = parseDockerfile(await files.readText(dockerfile))
  const { frontend } = parsed
  if (frontend !== undefined && !usualFrontend.test(frontend.image)) return undefined
  if (targetStage(parsed, target) !== undefined) return undefined
  const problem = `expected a stage of "${dockerfile}", which has ${stagesIn(parsed)}`
  return { input: 'target', got: target, problem }
}

function stagesIn({ stages }: Dockerfile): string {
  const names = stages.flatMap(({ name }) => (name === undefined ? [] : [name]))
  return names.length === 0 ? 'none with a name' : names.join(', ')
}
